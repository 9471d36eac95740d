#include "kernels/conv2d_sparse/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void conv2d_sparse_f32_1x14__neon(const Conv2dSparse& c, std::size_t vectors) {
  sparse_panel<simd::neon::f32, 14>(c, vectors);
}

void conv2d_sparse_finish_f32__neon(const SparseFinish& f) { sparse_finish<simd::neon::f32>(f); }

void conv2d_sparse_fill_f32__neon(const SparseFill& f) { sparse_fill<simd::neon::f32>(f); }

}  // namespace fastcnn::kernels
