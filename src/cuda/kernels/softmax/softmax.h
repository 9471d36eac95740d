#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Softmax of each row, float32.
//
//   dst[r, c] = exp(src[r, c] - largest) / sum over k of exp(src[r, k] - largest)
//
// Shapes    src, dst [rows, channels], on the device.
// Aliasing  dst may be src.
// NaN       a NaN makes its whole row NaN.
// Rounding  32 sums of every 32nd element, added by pairs; the same at every run.
// Errors    a refused launch throws; ops::softmax checks shapes.
struct Softmax {
  const float* src;
  float* dst;
  std::int64_t rows;
  std::int32_t channels;
};

void softmax(const Softmax& softmax, cudaStream_t stream);

// Its gradient.
//
//   grad_src[r, c] = dst[r, c] (grad_dst[r, c] - sum over k of grad_dst[r, k] dst[r, k])
//
// Shapes    all [rows, channels], on the device.
// Aliasing  grad_src may be grad_dst or dst.
// Rounding  as above.
struct SoftmaxBackward {
  const float* grad_dst;
  const float* dst;
  float* grad_src;
  std::int64_t rows;
  std::int32_t channels;
};

void softmax_backward(const SoftmaxBackward& softmax, cudaStream_t stream);

}  // namespace fastcnn::cuda
