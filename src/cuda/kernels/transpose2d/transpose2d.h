#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Each of a batch of matrices transposed, elements of any type: NCHW to NHWC (rows = channels,
// columns = pixels) and back.
//
//   dst[i, c, r] = src[i, r, c]
//
// Shapes    src [batch, rows, columns]; dst [batch, columns, rows], on the device.
// Aliasing  dst does not overlap src.
// Errors    a refused launch throws.
struct Transpose2d {
  const void* src;
  void* dst;
  std::int64_t batch;
  std::int32_t rows;
  std::int32_t columns;
  std::int32_t tiles;  // of one matrix; transpose2d() fills it in
  std::int32_t column_tiles;
};

// `element_bytes`: 1, 2, 4 or 8.
void transpose2d(Transpose2d transpose, std::size_t element_bytes, cudaStream_t stream);

}  // namespace fastcnn::cuda
