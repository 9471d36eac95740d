#include "kernels/conv2d_depthwise/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void conv2d_depthwise_f32_nchwc_1x4__scalar(const Conv2dDepthwise& c) {
  depthwise_pixels<simd::scalar::f32, 4>(c);
}

}  // namespace fastcnn::kernels
