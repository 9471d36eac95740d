#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Rows become columns, float32.
//
//   dst[c, r] = src[r, c]
//
// Shapes    src [rows, columns], row stride `src_stride`; dst [columns, rows], row stride
//           `dst_stride`.
// Units     strides and counts are in elements.
// Aliasing  dst does not overlap src.
// NaN       bits are copied.
// Threads   reentrant; writes only the elements of dst named here.
// Errors    none are reported.
struct Transpose2D {
  std::size_t rows;
  std::size_t columns;
  const float* src;
  std::size_t src_stride;
  float* dst;
  std::size_t dst_stride;
};

using Transpose2DFn = void (*)(const Transpose2D&);

struct Transpose2DKernel {
  const char* name;
  cpu::Isa isa;
  Transpose2DFn run;
};

const Transpose2DKernel& select_transpose2d();

#define FASTCNN_KERNEL(isa, function) void function(const Transpose2D&);
#include "kernels/transpose2d/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
