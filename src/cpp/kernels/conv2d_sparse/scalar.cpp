#include "kernels/conv2d_sparse/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void conv2d_sparse_f32_1x2__scalar(const Conv2dSparse& c, std::size_t vectors) {
  sparse_panel<simd::scalar::f32, 2>(c, vectors);
}

void conv2d_sparse_finish_f32__scalar(const SparseFinish& f) {
  sparse_finish<simd::scalar::f32>(f);
}

void conv2d_sparse_fill_f32__scalar(const SparseFill& f) { sparse_fill<simd::scalar::f32>(f); }

}  // namespace fastcnn::kernels
