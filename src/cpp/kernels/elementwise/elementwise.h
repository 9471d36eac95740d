#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// dst[i] = f(a[i]) or f(a[i], b[i]), float32, p and q being the two parameters.
//
//   kClip              min(q, max(p, a))
//   kLeakyRelu         a where a > 0, else p a
//   kSigmoid           1 / (1 + e^-a)
//   kTanh              tanh a
//   kScale             p a
//   kAddClip           min(q, max(p, a + b))
//   kMultiply          a b
//   kWeightedSum       p a + q b
//   kReluBackward      a where b > 0, else 0
//   kLeakyReluBackward a where b > 0, else p a
//   kClipBackward      a where p < b < q, else 0
//   kSigmoidBackward   a b (1 - b)
//   kTanhBackward      a (1 - b^2)
//
// Shapes    a, b, dst [count]; b is not read where f has one argument.
// Aliasing  dst may be a or b itself; no other overlap.
// NaN       a NaN in a or b reaches dst, but a condition on a NaN is false.
// Rounding  kWeightedSum, kTanhBackward: one fused multiply-add where the ISA has it; sigmoid and
//           tanh: simd/math.h; the rest rounds once an operation.
// Threads   reentrant; every element stands alone.
// Errors    none are reported.
enum class ElementwiseKind {
  kClip,
  kLeakyRelu,
  kSigmoid,
  kTanh,
  kScale,
  kAddClip,
  kMultiply,
  kWeightedSum,
  kReluBackward,
  kLeakyReluBackward,
  kClipBackward,
  kSigmoidBackward,
  kTanhBackward,
};

struct Elementwise {
  std::size_t count;
  const float* a;
  const float* b;
  float* dst;
  float p;
  float q;
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
