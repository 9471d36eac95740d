#include "kernels/reduce_axes/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

using V = simd::avx512::f32;

#define FASTCNN_REDUCTION(Term, name)                                               \
  void name##_rows_f32__avx512(const ReduceAxes& r) { reduce_rows<V, Term<V>>(r); } \
  void name##_columns_f32__avx512(const ReduceAxes& r) { reduce_columns<V, Term<V>>(r); }
#include "kernels/reduce_axes/functions.inc"
#undef FASTCNN_REDUCTION

}  // namespace fastcnn::kernels
