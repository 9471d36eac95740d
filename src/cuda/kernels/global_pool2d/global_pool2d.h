#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Each channel of an NHWC image reduced to one number, float32.
//
//   average  dst[n, c] = sum over pixels of src[n, pixel, c] / pixels
//   max      dst[n, c] = the largest of them
//
// Shapes    src [images, pixels, channels]; dst [images, channels], on the device; pixels >= 1.
// Aliasing  dst does not overlap src.
// NaN       a NaN in src reaches dst.
// Rounding  eight sums of every eighth pixel, added in a fixed order.
// Errors    a refused launch throws; ops::global_pool2d checks shapes.
struct GlobalPool2d {
  const float* src;
  float* dst;
  std::int32_t images;
  std::int32_t pixels;
  std::int32_t channels;
};

void global_average_pool2d(const GlobalPool2d& pool, cudaStream_t stream);
void global_max_pool2d(const GlobalPool2d& pool, cudaStream_t stream);

}  // namespace fastcnn::cuda
