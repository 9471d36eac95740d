#include "kernels/dense_sparse/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

void dense_sparse_f32__scalar(const DenseSparse& d) { dense_sparse<simd::scalar::f32>(d); }

}  // namespace fastcnn::kernels
