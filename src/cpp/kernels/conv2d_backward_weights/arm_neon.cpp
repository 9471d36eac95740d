#include "kernels/conv2d_backward_weights/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

// Eight lanes are two registers: 24 of the 32 hold sums, 4 gradients.
void conv2d_backward_weights_f32_nchwc_2x6__neon(const Conv2dBackwardWeights& c) {
  using V = simd::neon::f32;
  c.blocks == 2 ? conv2d_offsets<V, 2, 6>(c) : conv2d_offsets<V, 1, 8>(c);
}

}  // namespace fastcnn::kernels
