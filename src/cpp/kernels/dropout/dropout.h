#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Dropout of a run of elements, float32. Element i of the whole array, i = first + j:
//
//   dst[j] = src[j] scale  where r[i mod 4] >= threshold, else 0
//   r = Philox4x32-10(counter = (i / 4 low, i / 4 high, step, 0), key = (seed low, seed high))
//
// Shapes    src, dst [count]; first is a multiple of 64.
// Aliasing  dst may be src; no other overlap.
// NaN       a NaN that is dropped is 0, one that is kept stays.
// Threads   reentrant; no state: an element's fate depends on its index, step and seed alone.
// Errors    none are reported.
// Source    Srivastava et al., "Dropout", JMLR 15, 2014; Salmon, Moraes, Dror and Shaw, "Parallel
//           Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3 (Philox).
struct Dropout {
  std::size_t count;
  const float* src;
  float* dst;
  std::uint64_t first;
  std::uint32_t step;
  std::uint64_t seed;
  std::uint32_t threshold;
  float scale;
};

using DropoutFn = void (*)(const Dropout&);

struct DropoutKernel {
  const char* name;
  cpu::Isa isa;
  DropoutFn run;
};

const DropoutKernel& select_dropout();

#define FASTCNN_KERNEL(isa, function) void function(const Dropout&);
#include "kernels/dropout/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
