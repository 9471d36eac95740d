#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Runs of a tensor, each copied to a place of its own; elements of any type.
//
//   dst[r dst_row + c] = src[r src_row + c]   for c in [0, run)
//
// Shapes    r in [0, rows); all on the device.
// Units     elements.
// Aliasing  dst does not overlap src.
// Errors    a refused launch throws.
struct Copy2d {
  const void* src;
  void* dst;
  std::int64_t rows;
  std::int32_t run;
  std::int64_t src_row, dst_row;
};

// `element_bytes`: 1, 2, 4 or 8.
void copy2d(const Copy2d& copy, std::size_t element_bytes, cudaStream_t stream);

}  // namespace fastcnn::cuda
