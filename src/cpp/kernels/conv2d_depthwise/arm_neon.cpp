#include "kernels/conv2d_depthwise/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void conv2d_depthwise_f32_nchwc_1x8__neon(const Conv2dDepthwise& c) {
  depthwise_pixels<simd::neon::f32, 8>(c);
}

}  // namespace fastcnn::kernels
