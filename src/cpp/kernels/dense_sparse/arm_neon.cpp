#include "kernels/dense_sparse/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

void dense_sparse_f32__neon(const DenseSparse& d) { dense_sparse<simd::neon::f32>(d); }

}  // namespace fastcnn::kernels
