#include "kernels/reduce/generic.h"
#include "simd/vec_scalar.h"

namespace fastcnn::kernels {

using V = simd::scalar::f32;

double reduce_sum_f32__scalar(const Reduce& r) { return reduce<V, Sum>(r); }
double reduce_penalty_f32__scalar(const Reduce& r) { return reduce<V, Penalty>(r); }

}  // namespace fastcnn::kernels
