#include "kernels/reduce/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

using V = simd::avx2::f32;

double reduce_sum_f32__avx2(const Reduce& r) { return reduce<V, Sum>(r); }
double reduce_penalty_f32__avx2(const Reduce& r) { return reduce<V, Penalty>(r); }

}  // namespace fastcnn::kernels
