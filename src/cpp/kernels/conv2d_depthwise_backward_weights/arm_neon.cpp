#include "kernels/conv2d_depthwise_backward_weights/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void conv2d_depthwise_backward_weights_f32_nchwc_1x9__neon(
    const Conv2dDepthwiseBackwardWeights& c) {
  depthwise_taps<simd::neon::f32, 9>(c);
}

}  // namespace fastcnn::kernels
