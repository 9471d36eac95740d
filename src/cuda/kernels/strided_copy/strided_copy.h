#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

constexpr int kStridedAxes = 6;

// Elements of any type, read by strides and written in order: what expand,
// tile, transpose and the shuffles between depth and space are.
//
//   dst[i] = src[sum over k of index_k(i) stride[k]], index_k(i) the place of i along axis k
//
// Shapes    dst [extent[0], ..., extent[5]], of `size` elements, row-major; axes that are not
// needed
//           have extent 1 and come first. All on the device.
// Aliasing  dst does not overlap src.
// Errors    a refused launch throws.
struct StridedCopy {
  const void* src;
  void* dst;
  std::int64_t size;
  std::int32_t extent[kStridedAxes];
  std::int32_t stride[kStridedAxes];
};

// `element_bytes`: 1, 2, 4 or 8.
void strided_copy(const StridedCopy& copy, std::size_t element_bytes, cudaStream_t stream);

}  // namespace fastcnn::cuda
