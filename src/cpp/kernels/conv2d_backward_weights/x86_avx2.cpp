#include "kernels/conv2d_backward_weights/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

// 12 of the 16 registers hold sums, 2 gradients, 1 the broadcast source.
void conv2d_backward_weights_f32_nchwc_2x6__avx2(const Conv2dBackwardWeights& c) {
  using V = simd::avx2::f32;
  c.blocks == 2 ? conv2d_offsets<V, 2, 6>(c) : conv2d_offsets<V, 1, 8>(c);
}

}  // namespace fastcnn::kernels
