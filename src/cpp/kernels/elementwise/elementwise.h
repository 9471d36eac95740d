#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// dst[i] = f(a[i]) or f(a[i], b[i]), float32. The functions and their formulas: functions.inc.
//
// Shapes    dst [count]; a and b as their Operand says, at least one of them kEach. b is not read
//           where f has one argument. kSpread and `lanes` under a whole vector: count is a multiple
//           of the vector's lanes, and every vector is one pixel of a blocked tensor.
// Aliasing  dst may be an operand that is kEach; no other overlap.
// NaN       a NaN in a or b reaches dst, but a condition on a NaN is false, and in a power x^0 and
//           1^y are 1.
// Rounding  the functions of simd/math.h, special.h and power.h have the errors stated there, what
//           is built of them (mish, swish, gelu, elu) the errors of their terms; all others round
//           once an operation, or once for a multiply-add.
// Threads   reentrant; every element stands alone.
// Errors    none are reported.
enum class Operand : std::uint8_t {
  kEach,    // element i for element i
  kStay,    // the same `lanes` elements for every vector
  kScalar,  // one element for all
  kSpread,  // element k for all of vector k
};

enum class ElementwiseKind : std::uint8_t {
#define FASTCNN_UNARY(function, name) k##function,
#define FASTCNN_BINARY(function, name) k##function,
#include "kernels/elementwise/functions.inc"
#undef FASTCNN_UNARY
#undef FASTCNN_BINARY
};

struct Elementwise {
  std::size_t count;
  const float* a;
  const float* b;
  float* dst;
  float p;
  float q;
  Operand a_operand;
  Operand b_operand;
  std::size_t lanes;  // of each vector that hold something; dst is 0 in the others
};

using ElementwiseFn = void (*)(const Elementwise&);

struct ElementwiseKernel {
  const char* name;
  cpu::Isa isa;
  ElementwiseKind kind;
  ElementwiseFn run;
};

const ElementwiseKernel& select_elementwise(ElementwiseKind kind);

#define FASTCNN_KERNEL(isa, kind, function) void function(const Elementwise&);
#include "kernels/elementwise/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
