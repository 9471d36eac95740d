#include "kernels/conv2d_depthwise_backward_weights/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void conv2d_depthwise_backward_weights_f32_nchwc_1x3__scalar(
    const Conv2dDepthwiseBackwardWeights& c) {
  depthwise_taps<simd::scalar::f32, 3>(c);
}

}  // namespace fastcnn::kernels
