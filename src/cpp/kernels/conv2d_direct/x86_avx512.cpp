#include "kernels/conv2d_direct/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

// 24 of the 32 registers hold sums, 4 weights.
void conv2d_direct_f32_nchwc_4x6__avx512(const Conv2dDirect& c) {
  using V = simd::avx512::f32;
  if (c.blocks == 4) return conv2d_pixels<V, 4, 6>(c);
  if (c.blocks == 3) return conv2d_pixels<V, 3, 8>(c);
  if (c.blocks == 8) return conv2d_pixels<V, 8, 2>(c);
  c.blocks == 2 ? conv2d_pixels<V, 2, 8>(c) : conv2d_pixels<V, 1, 8>(c);
}

}  // namespace fastcnn::kernels
