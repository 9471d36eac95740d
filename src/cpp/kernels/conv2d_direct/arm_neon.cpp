#include "kernels/conv2d_direct/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

// Eight lanes are two registers: 24 of the 32 hold sums, 4 weights.
void conv2d_direct_f32_nchwc_2x6__neon(const Conv2dDirect& c) {
  using V = simd::neon::f32;
  if (c.blocks == 2) return conv2d_pixels<V, 2, 6>(c);
  if (c.blocks == 3) return conv2d_pixels<V, 3, 4>(c);
  if (c.blocks == 1) return conv2d_pixels<V, 1, 8>(c);
  c.blocks == 4 ? conv2d_pixels<V, 4, 2>(c) : conv2d_pixels<V, 8, 1>(c);
}

}  // namespace fastcnn::kernels
