#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Images of other extents, float32, NHWC.
//
//   dst[n, i, j, c] = sum over r, s of row_weights[i, r] column_weights[j, s]
//                     src[n, row_places[i, r], column_places[j, s], c]
//
// Shapes    src [N, h, w, channels], dst [N, oh, ow, channels] of `size` elements; tables
//           [oh, taps] and [ow, taps]; all on the device.
// Aliasing  dst overlaps nothing.
// NaN       reaches every pixel with a tap on it, whatever the weight; one tap copies.
// Rounding  a fused multiply-add a column, then one a row, both ascending.
// Errors    a refused launch throws; ops::ResizeAxis checks attributes.
// Source    R. G. Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981.
struct Resize {
  const float* src;
  float* dst;
  const std::int32_t* row_places;
  const float* row_weights;
  const std::int32_t* column_places;
  const float* column_weights;
  std::int64_t size;
  std::int32_t h, w, channels;
  std::int32_t oh, ow;
};

// `taps`: 1, 2 or 4, the same along rows and columns.
void resize(const Resize& resize, int taps, cudaStream_t stream);

}  // namespace fastcnn::cuda
