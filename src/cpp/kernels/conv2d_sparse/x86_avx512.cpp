#include "kernels/conv2d_sparse/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

void conv2d_sparse_f32_1x14__avx512(const Conv2dSparse& c, std::size_t vectors) {
  sparse_panel<simd::avx512::f32, 14>(c, vectors);
}

void conv2d_sparse_finish_f32__avx512(const SparseFinish& f) {
  sparse_finish<simd::avx512::f32>(f);
}

void conv2d_sparse_fill_f32__avx512(const SparseFill& f) { sparse_fill<simd::avx512::f32>(f); }

}  // namespace fastcnn::kernels
