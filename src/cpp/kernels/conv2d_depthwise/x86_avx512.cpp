#include "kernels/conv2d_depthwise/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

void conv2d_depthwise_f32_nchwc_1x8__avx512(const Conv2dDepthwise& c) {
  depthwise_pixels<simd::avx512::f32, 8>(c);
}

}  // namespace fastcnn::kernels
