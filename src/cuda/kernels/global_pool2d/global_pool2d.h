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

// Their gradients.
//
//   average  grad_src[n, pixel, c] = grad_dst[n, c] / pixels
//   max      grad_src[n, pixel, c] = grad_dst[n, c] at the first pixel that equals dst[n, c], else
//   0
//
// Shapes    src, grad_src [images, pixels, channels]; dst, grad_dst [images, channels]; src and dst
//           null for average.
// Aliasing  grad_src overlaps nothing.
struct GlobalPool2dBackward {
  const float* src;
  const float* dst;
  const float* grad_dst;
  float* grad_src;
  std::int32_t images;
  std::int32_t pixels;
  std::int32_t channels;
};

void global_average_pool2d_backward(const GlobalPool2dBackward& pool, cudaStream_t stream);
void global_max_pool2d_backward(const GlobalPool2dBackward& pool, cudaStream_t stream);

}  // namespace fastcnn::cuda
