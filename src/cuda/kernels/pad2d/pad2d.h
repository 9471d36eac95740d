#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Rows and columns of one value around each image, float32, NHWC.
//
//   dst[n, y, x, c] = src[n, y - top, x - left, c] where that is inside of src, else value
//
// Shapes    src [N, h, w, channels]; dst [N, to_h, to_w, channels] of `size` elements, on the
// device.
//           top and left may be negative: then rows and columns are left out.
// Aliasing  dst does not overlap src.
// Errors    a refused launch throws; ops::pad2d checks shapes.
struct Pad2d {
  const float* src;
  float* dst;
  std::int64_t size;
  std::int32_t h, w, channels;
  std::int32_t to_h, to_w;
  std::int32_t top, left;
  float value;
};

void pad2d(const Pad2d& pad, cudaStream_t stream);

}  // namespace fastcnn::cuda
