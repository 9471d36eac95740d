#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Dropout, float32.
//
//   dst[i] = src[i] scale  where r[i mod 4] >= threshold, else 0
//   r = Philox4x32-10(counter = (i / 4 low, i / 4 high, step, 0), key = (seed low, seed high))
//
// Shapes    src, dst [size], on the device.
// Aliasing  dst may be src.
// NaN       a NaN that is dropped is 0, one that is kept stays.
// Errors    a refused launch throws.
// Source    Srivastava et al., "Dropout", JMLR 15, 2014; Salmon, Moraes, Dror and Shaw, "Parallel
//           Random Numbers: As Easy as 1, 2, 3", SC 2011, section 3.3 (Philox).
struct Dropout {
  const float* src;
  float* dst;
  std::int64_t size;
  std::uint64_t seed;
  std::uint32_t step;
  std::uint32_t threshold;
  float scale;
};

void dropout(const Dropout& dropout, cudaStream_t stream);

}  // namespace fastcnn::cuda
