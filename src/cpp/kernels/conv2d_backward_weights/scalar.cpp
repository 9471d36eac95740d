#include "kernels/conv2d_backward_weights/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void conv2d_backward_weights_f32_nchwc_1x4__scalar(const Conv2dBackwardWeights& c) {
  conv2d_offsets<simd::scalar::f32, 1, 4>(c);
}

}  // namespace fastcnn::kernels
