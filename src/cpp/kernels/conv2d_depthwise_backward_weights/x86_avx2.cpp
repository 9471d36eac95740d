#include "kernels/conv2d_depthwise_backward_weights/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

void conv2d_depthwise_backward_weights_f32_nchwc_1x9__avx2(
    const Conv2dDepthwiseBackwardWeights& c) {
  depthwise_taps<simd::avx2::f32, 9>(c);
}

}  // namespace fastcnn::kernels
