#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Runs of a tensor, each copied to a place of its own; elements of four bytes, of whatever type.
//
//   dst[r dst_row + c] = src[r src_row + c]   for c in [0, run)
//
// Shapes    r in [0, rows); all on the device.
// Units     elements.
// Aliasing  dst does not overlap src.
// Errors    a refused launch throws.
struct Copy2d {
  const float* src;
  float* dst;
  std::int64_t rows;
  std::int32_t run;
  std::int64_t src_row, dst_row;
};

void copy2d(const Copy2d& copy, cudaStream_t stream);

}  // namespace fastcnn::cuda
