#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// A sum over a run of numbers, float32 in, float64 out.
//
//   kSum      sum of x
//   kPenalty  sum of l1 |x| + l2 x^2
//
// Shapes    src [count].
// NaN       a NaN in src is the result.
// Rounding  each kReduceRun elements in float32, in four vectors; the runs in float64, ascending.
//           The result depends on count and the number of lanes, on nothing else.
// Threads   reentrant.
// Errors    none are reported.
// Source    N. J. Higham, "The accuracy of floating point summation", SIAM J. Sci. Comput. 14(4),
//           1993: blocks keep the error of a sum near that of one block.
enum class ReduceKind { kSum, kPenalty };

constexpr std::size_t kReduceRun = 1024;  // elements

struct Reduce {
  std::size_t count;
  const float* src;
  float l1;
  float l2;
};

using ReduceFn = double (*)(const Reduce&);

struct ReduceKernel {
  const char* name;
  cpu::Isa isa;
  ReduceKind kind;
  ReduceFn run;
};

const ReduceKernel& select_reduce(ReduceKind kind);

#define FASTCNN_KERNEL(isa, kind, function) double function(const Reduce&);
#include "kernels/reduce/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
