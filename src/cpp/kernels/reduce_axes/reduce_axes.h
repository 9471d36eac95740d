#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// A reduction of a matrix along one of its axes, float32. The terms: functions.inc.
//
//   ...Rows     dst[r] = dst[r] with every src[r, i]
//   ...Columns  dst[c] = dst[c] with every src[i, c]
//
// Where `first` is set, dst holds nothing yet, and the reduction begins at its neutral element.
//
// Shapes    src [outputs, count] (Rows) or [count, outputs] (Columns), row stride `stride`; dst and
//           shift [outputs].
// Units     elements.
// Aliasing  dst overlaps nothing that is read.
// NaN       a NaN in a row or column is its result.
// Rounding  sums and products are formed in float32, in several partial ones: rows by kReduceRow
//           elements, whose sums are added in float32, ascending.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported.
struct ReduceAxes {
  std::size_t outputs;
  std::size_t count;
  const float* src;
  std::size_t stride;
  const float* shift;  // SumExp
  float* dst;
  bool first;
};

constexpr std::size_t kReduceRow = 2048;

enum class ReduceAxesKind : std::uint8_t {
#define FASTCNN_REDUCTION(Term, name) k##Term##Rows, k##Term##Columns,
#include "kernels/reduce_axes/functions.inc"
#undef FASTCNN_REDUCTION
};

struct ReduceAxesKernel {
  const char* name;
  cpu::Isa isa;
  ReduceAxesKind kind;
  void (*run)(const ReduceAxes&);
};

const ReduceAxesKernel& select_reduce_axes(ReduceAxesKind kind);

#define FASTCNN_KERNEL(isa, kind, function) void function(const ReduceAxes&);
#include "kernels/reduce_axes/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
