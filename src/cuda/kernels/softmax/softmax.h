#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Softmax along one axis, float32, or its logarithm.
//
//   dst[r, c, i] = exp(src[r, c, i] - largest) / sum over k of exp(src[r, k, i] - largest)
//   dst[r, c, i] = src[r, c, i] - largest - log(sum over k of exp(src[r, k, i] - largest))
//
// Shapes    src, dst [rows, channels, inner], on the device.
// Aliasing  dst may be src.
// NaN       a NaN makes everything along its axis NaN.
// Rounding  where inner is 1, 32 sums of every 32nd element, added by pairs, else one sum,
//           ascending; the same at every run.
// Errors    a refused launch throws; ops::softmax checks shapes.
struct Softmax {
  const float* src;
  float* dst;
  std::int64_t rows;
  std::int32_t channels;
  std::int32_t inner;
};

void softmax(const Softmax& softmax, cudaStream_t stream);
void log_softmax(const Softmax& softmax, cudaStream_t stream);

// Their gradients.
//
//   grad_src[r, c] = dst[r, c] (grad_dst[r, c] - sum over k of grad_dst[r, k] dst[r, k])
//   grad_src[r, c] = grad_dst[r, c] - exp(dst[r, c]) sum over k of grad_dst[r, k]
//
// Shapes    all [rows, channels, inner], on the device.
// Aliasing  grad_src may be grad_dst or dst.
// Rounding  as above.
struct SoftmaxBackward {
  const float* grad_dst;
  const float* dst;
  float* grad_src;
  std::int64_t rows;
  std::int32_t channels;
  std::int32_t inner;
};

void softmax_backward(const SoftmaxBackward& softmax, cudaStream_t stream);
void log_softmax_backward(const SoftmaxBackward& softmax, cudaStream_t stream);

}  // namespace fastcnn::cuda
