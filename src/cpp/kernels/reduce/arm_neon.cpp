#include "kernels/reduce/generic.h"
#include "simd/vec_neon.h"

namespace fastcnn::kernels {

using V = simd::neon::f32;

double reduce_sum_f32__neon(const Reduce& r) { return reduce<V, Sum>(r); }
double reduce_penalty_f32__neon(const Reduce& r) { return reduce<V, Penalty>(r); }

}  // namespace fastcnn::kernels
