#include "kernels/conv2d_direct/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void conv2d_direct_f32_nchwc_1x4__scalar(const Conv2dDirect& c) {
  conv2d_pixels<simd::scalar::f32, 1, 4>(c);
}

}  // namespace fastcnn::kernels
