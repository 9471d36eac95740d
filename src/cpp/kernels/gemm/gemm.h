#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// One column panel of C = clamp(A B + bias), float32.
//
//   c[m, n] = min(high, max(low, c0[m, n] + sum over k of a[m, k] b[k, n] + bias[n]))
//
// where c0 is what c holds on entry if `accumulate`, else 0.
//
// Shapes    a [rows, depth], at row stride `a_row_stride` and column stride `a_depth_stride`, so
//           that a transposed matrix is read in place; b [depth, nr], one packed panel, see
//           pack_gemm(); bias [cols] or null for zeros; c [rows, cols] at row stride `ldc`.
//           1 <= cols <= nr.
// Units     strides and counts are in elements; none is in bytes.
// Aliasing  c overlaps neither a, b nor bias.
// NaN       a NaN in a, b, bias or c0 reaches c: the clamp keeps it.
// Rounding  one fused multiply-add for each k where the ISA has it, k ascending. A tile of few rows
//           sums every second or fourth k apart and adds the sums at the end; which rows share a
//           tile follows from `rows` alone.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported. ops::Gemm checks shapes before the first panel.
// Source    Van Zee and van de Geijn, "BLIS: A Framework for Rapidly Instantiating BLAS
//           Functionality", ACM TOMS 41(3), 2015: the micro-kernel.
struct GemmPanel {
  std::size_t rows;
  std::size_t cols;
  std::size_t depth;
  const float* a;
  std::size_t a_row_stride;
  std::size_t a_depth_stride;
  const float* b;
  const float* bias;
  float* c;
  std::size_t ldc;
  bool accumulate;
  float low;
  float high;
};

using GemmPanelFn = void (*)(const GemmPanel&);

struct GemmKernel {
  const char* name;  // "gemm_f32_6x16__avx2"
  cpu::Isa isa;
  GemmPanelFn run;
  std::size_t mr;  // rows of C in one tile
  std::size_t nr;  // columns of C in one panel
};

// The first kernel in kernels.inc that may run. Never fails: the scalar one is last.
const GemmKernel& select_gemm();

#define FASTCNN_KERNEL(isa, fn, mr, nr) void fn(const GemmPanel& panel);
#include "kernels/gemm/kernels.inc"
#undef FASTCNN_KERNEL

// Matrix B [depth, cols] cut into panels of nr columns, each [depth, nr], the last one filled up
// with zeros:
//
//   dst[p, k, j] = b[k, p nr + j]
//
// Element b[k, n] is src[k depth_stride + n col_stride]; one of the strides is 1.
// Writes panels [first, last).
struct GemmPack {
  std::size_t depth;
  std::size_t cols;
  std::size_t nr;
  std::size_t depth_stride;
  std::size_t col_stride;
};

void pack_gemm(const GemmPack& pack, const float* src, float* dst, std::size_t first,
               std::size_t last);

}  // namespace fastcnn::kernels
