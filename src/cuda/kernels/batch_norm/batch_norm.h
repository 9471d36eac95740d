#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// The passes of batch normalisation over a matrix [rows, channels], float32: an image NHWC, or
// samples of features. All pointers are on the device; what a pass does not need is null.
//
// NaN       stays in its channel; the clamp keeps it, the mask takes it for flat.
// Rounding  a sum is the same at every run: see channel_sums().
// Errors    a refused launch throws; ops::batch_norm checks shapes.
// Source    Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
//           Internal Covariate Shift", ICML 2015, section 3.

// What a channel is normalised by: inv_std, or 1 / sqrt(variance + epsilon) where that is null.
struct BatchNormChannels {
  const float* mean;
  const float* variance;
  const float* inv_std;
  const float* gamma;
  const float* beta;
  float epsilon;
  float low, high;  // of the activation after it
};

// dst = clamp(gamma inv_std (src - mean) + beta + residual)
//
// Shapes    src, residual, dst [size], channels innermost; residual may be null.
// Aliasing  dst may be src or residual.
struct BatchNorm {
  const float* src;
  const float* residual;
  float* dst;
  std::int64_t size;
  std::int32_t channels;
  BatchNormChannels by;
};

void batch_norm(const BatchNorm& pass, cudaStream_t stream);

// What is summed over the rows of each channel. Where `masked` is set grad counts as 0 where the
// activation is flat, found anew from src: except where low < y <= high, or low < y < high where
// high is finite.
enum class ChannelTerm : std::int32_t {
  kValue,      // src
  kDeviation,  // (src - mean)^2
  kGradient,   // grad, and grad (src - mean)
};

// What becomes of the sums of a channel.
enum class ChannelResult : std::int32_t {
  kSum,       // first = sum
  kMean,      // first = sum / rows
  kSpread,    // first = sum / rows, second = 1 / sqrt(first + epsilon)
  kGradient,  // first = sum of grad, second = inv_std times that of grad (src - mean)
};

// Shapes    src, grad [rows, channels]; first, second [channels]; partial
//           [channel_splits(rows)][2][channels].
// Rounding  each thread sums every 8th row of a part of the rows in float32, then the eight are
//           added, then the parts, in order.
struct ChannelSums {
  const float* src;
  const float* grad;
  BatchNormChannels by;
  bool masked;
  float* partial;
  float* first;
  float* second;
  std::int64_t rows;
  std::int32_t channels;
  std::int32_t splits;  // channel_sums() fills it in
};

std::int32_t channel_splits(std::int64_t rows);
void channel_sums(ChannelTerm term, ChannelResult result, ChannelSums sums, cudaStream_t stream);

// grad_src = gamma inv_std (grad - grad_beta / rows - (src - mean) inv_std grad_gamma / rows)
//
// Shapes    src, grad, grad_src [size]; grad_gamma, grad_beta [channels].
// Aliasing  grad_src may be src or grad.
struct BatchNormBackward {
  const float* src;
  const float* grad;
  const float* grad_gamma;
  const float* grad_beta;
  float* grad_src;
  std::int64_t size;
  std::int32_t channels;
  float share;  // 1 / rows
  bool masked;
  BatchNormChannels by;
};

void batch_norm_backward(const BatchNormBackward& pass, cudaStream_t stream);

}  // namespace fastcnn::cuda
