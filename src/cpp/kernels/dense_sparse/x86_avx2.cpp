#include "kernels/dense_sparse/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

void dense_sparse_f32__avx2(const DenseSparse& d) { dense_sparse<simd::avx2::f32>(d); }

}  // namespace fastcnn::kernels
