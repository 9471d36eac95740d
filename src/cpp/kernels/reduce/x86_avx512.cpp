#include "kernels/reduce/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

using V = simd::avx512::f32;

double reduce_sum_f32__avx512(const Reduce& r) { return reduce<V, Sum>(r); }
double reduce_penalty_f32__avx512(const Reduce& r) { return reduce<V, Penalty>(r); }

}  // namespace fastcnn::kernels
