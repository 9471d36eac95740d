#include "kernels/elementwise/generic.h"
#include "simd/vec_avx512.h"

namespace fastcnn::kernels {

using V = simd::avx512::f32;

#define FASTCNN_UNARY(function, name) \
  void name##_f32__avx512(const Elementwise& e) { unary<V, function>(e); }
#define FASTCNN_BINARY(function, name) \
  void name##_f32__avx512(const Elementwise& e) { binary<V, function>(e); }
#include "kernels/elementwise/functions.inc"
#undef FASTCNN_UNARY
#undef FASTCNN_BINARY

}  // namespace fastcnn::kernels
