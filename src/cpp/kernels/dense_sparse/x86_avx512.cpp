#include "kernels/dense_sparse/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

void dense_sparse_f32__avx512(const DenseSparse& d) { dense_sparse<simd::avx512::f32>(d); }

}  // namespace fastcnn::kernels
