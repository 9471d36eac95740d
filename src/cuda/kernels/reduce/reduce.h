#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// What is summed of each element.
enum class ReduceTerm : std::int32_t {
  kValue,    // x
  kAbs,      // |x|
  kSquare,   // x^2
  kPenalty,  // l1 |x| + l2 x^2
};

// All elements of an array as one number, float32.
//
//   dst[0] = sum of the terms / divisor, or the square root of that
//
// Shapes    src [size]; partial [reduce_blocks(size)]; dst [1]; all on the device.
// Aliasing  none overlap.
// NaN       a NaN in src reaches dst.
// Rounding  each thread sums elements at a fixed distance, then pairs of lanes, then the warps,
// then
//           the blocks: the same at every run.
// Errors    a refused launch throws.
struct Reduce {
  const float* src;
  float* partial;
  float* dst;
  std::int64_t size;
  float divisor;
  bool root;
  float l1, l2;
};

std::int32_t reduce_blocks(std::int64_t size);
void reduce(ReduceTerm term, const Reduce& reduce, cudaStream_t stream);

// dst[i] = src[0] / divisor, dst [size].
struct Spread {
  const float* src;
  float* dst;
  std::int64_t size;
  float divisor;
};

void spread(const Spread& spread, cudaStream_t stream);

}  // namespace fastcnn::cuda
