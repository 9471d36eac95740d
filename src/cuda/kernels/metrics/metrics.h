#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Figures of `rows` samples.
//
//   top_k_correct   dst[r] = 1 where the score of the label is among the k largest of the row,
//                   equal scores in the order of the classes, else 0
//   binary_correct  dst[r] = share of elements with (scores > threshold) = (targets > 1/2)
//
// Shapes    scores, targets [rows, cols]; labels, dst [rows]; all on the device. Of targets and
//           labels, what is not taken is null.
// Aliasing  dst overlaps nothing.
// NaN       a label whose score is NaN is wrong, as is one outside [0, cols).
// Errors    a refused launch throws.
struct Metric {
  const float* scores;
  const float* targets;
  const std::int32_t* labels;
  float* dst;
  std::int64_t rows;
  std::int32_t cols;
  std::int32_t k;
  double threshold;
};

void top_k_correct(const Metric& metric, cudaStream_t stream);
void binary_correct(const Metric& metric, cudaStream_t stream);

// Where along an axis the largest element is, or the smallest; a NaN is the most extreme of all.
//
//   dst[o, i] = argmax or argmin over k of src[o, k, i], the first or the last of equals
//
// Shapes    src [outer, extent, inner]; dst [outer, inner]; on the device; extent >= 1.
// Errors    a refused launch throws.
struct ArgExtreme {
  const float* src;
  std::int32_t* dst;
  std::int64_t outer, inner;
  std::int32_t extent;
  bool smallest;
  bool last;  // of equals
};

void arg_extreme(const ArgExtreme& extreme, cudaStream_t stream);

}  // namespace fastcnn::cuda
