#include "kernels/conv2d_backward_weights/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

// 24 of the 32 registers hold sums, 4 gradients.
void conv2d_backward_weights_f32_nchwc_4x6__avx512(const Conv2dBackwardWeights& c) {
  using V = simd::avx512::f32;
  if (c.blocks == 4) return conv2d_offsets<V, 4, 6>(c);
  c.blocks == 2 ? conv2d_offsets<V, 2, 8>(c) : conv2d_offsets<V, 1, 8>(c);
}

// 16 of the 32 registers hold sums.
void conv2d_backward_weights_tap_f32_nchwc__avx512(const Conv2dBackwardWeightsTap& c) {
  using V = simd::avx512::f32;
  if (c.blocks == 4) return conv2d_tap<V, 4, 4>(c);
  c.blocks == 2 ? conv2d_tap<V, 2, 8>(c) : conv2d_tap<V, 1, 16>(c);
}

}  // namespace fastcnn::kernels
