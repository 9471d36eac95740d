#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Pooling of NHWC images, float32.
//
//   max      dst = the largest of the window's pixels inside the image
//   average  dst = their sum / count
//
// Count     the pixels of the window inside the image, or inside the padded image where
//           count_include_pad; what ceil_mode adds is never counted.
// Shapes    src [n, h, w, channels]; dst [n, oh, ow, channels], on the device.
// Aliasing  dst does not overlap src.
// NaN       a NaN in the window reaches dst.
// Rounding  average: one addition a pixel, rows first, then one division.
// Errors    a refused launch throws; ops::pool2d checks shapes.
struct Pool2d {
  const float* src;
  float* dst;
  std::int64_t size;  // elements of dst
  std::int32_t h, w, channels;
  std::int32_t oh, ow;
  std::int32_t kernel_h, kernel_w;
  std::int32_t stride_h, stride_w;
  std::int32_t dilation_h, dilation_w;
  std::int32_t pad_top, pad_left;
  std::int32_t padded_h, padded_w;  // of the padded image
  bool count_include_pad;
};

void max_pool2d(const Pool2d& pool, cudaStream_t stream);
void average_pool2d(const Pool2d& pool, cudaStream_t stream);

// Their gradients: what each pixel of the image gets from the windows that it is in.
//
//   max      the gradient of those whose largest pixel it is, the first of equals, rows first
//   average  the gradient of each, divided as above
//
// Shapes    window: as above, its dst read, but src and dst null for average; grad_dst as dst,
//           grad_src, of `size` elements, as src.
// Aliasing  grad_src overlaps nothing.
// NaN       a window that found a NaN gives its gradient to nobody.
// Rounding  one addition a window, rows first.
struct Pool2dBackward {
  Pool2d window;
  const float* grad_dst;
  float* grad_src;
  std::int64_t size;
};

void max_pool2d_backward(const Pool2dBackward& pool, cudaStream_t stream);
void average_pool2d_backward(const Pool2dBackward& pool, cudaStream_t stream);

}  // namespace fastcnn::cuda
