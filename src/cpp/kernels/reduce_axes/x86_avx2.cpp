#include "kernels/reduce_axes/generic.h"
#include "simd/vec_avx2.h"

namespace fastcnn::kernels {

using V = simd::avx2::f32;

#define FASTCNN_REDUCTION(Term, name)                                             \
  void name##_rows_f32__avx2(const ReduceAxes& r) { reduce_rows<V, Term<V>>(r); } \
  void name##_columns_f32__avx2(const ReduceAxes& r) { reduce_columns<V, Term<V>>(r); }
#include "kernels/reduce_axes/functions.inc"
#undef FASTCNN_REDUCTION

}  // namespace fastcnn::kernels
