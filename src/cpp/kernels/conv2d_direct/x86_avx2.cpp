#include "kernels/conv2d_direct/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

// 12 of the 16 registers hold sums, 2 weights, 1 the broadcast source.
void conv2d_direct_f32_nchwc_2x6__avx2(const Conv2dDirect& c) {
  using V = simd::avx2::f32;
  c.blocks == 2 ? conv2d_pixels<V, 2, 6>(c) : conv2d_pixels<V, 1, 8>(c);
}

}  // namespace fastcnn::kernels
