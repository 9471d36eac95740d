#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// What the elements behind one element of a result become, and how that ends.
enum class ReduceAxesKind : std::int32_t {
  kSum,
  kMean,
  kMax,
  kMin,
  kProduct,
  kSumAbs,
  kRootOfSquares,
  kSumSquares,
  kLogOfSum,
  kLogOfSumOfExp,  // exp(x - largest), so that nothing overflows
};

constexpr int kReducedAxes = 4;

// Axes that are walked through, outermost first; those that are not needed have extent 1 and come
// first.
struct WalkedAxes {
  std::int32_t extent[kReducedAxes];
  std::int32_t src_stride[kReducedAxes];
  std::int32_t dst_stride[kReducedAxes];
};

// Reductions over some axes, float32.
//
//   dst[place of i] = reduction over r < count of src[place of i + place of r]
//
// Shapes    `outputs` elements i are numbered over `kept`, r over `reduced`; on the device.
// Units     elements.
// Aliasing  dst overlaps nothing.
// NaN       a NaN reaches its result. Of no elements: 0 for sums, 1 for products, infinite for
//           extremes, NaN for means.
// Rounding  each of 8 to 256 workers takes elements at a fixed distance, which are then added by
//           pairs: the same at every run.
// Errors    a refused launch throws.
struct ReduceAxes {
  const float* src;
  float* dst;
  std::int64_t outputs;
  std::int64_t count;
  WalkedAxes kept;
  WalkedAxes reduced;
  bool in_rows;  // neighbours in memory belong to one element of the result
};

void reduce_axes(ReduceAxesKind kind, const ReduceAxes& reduce, cudaStream_t stream);

}  // namespace fastcnn::cuda
