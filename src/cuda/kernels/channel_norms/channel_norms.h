#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Where element (sample, channel, pixel) of a tensor [N, C, ...] lies: at
// sample channels pixels + channel channel_stride + pixel pixel_stride.
struct ChannelPlaces {
  std::int32_t samples, channels, pixels;
  std::int32_t channel_stride, pixel_stride;
};

// Each channel of each sample by its own mean and biased variance, float32.
//
//   dst = gamma[c] (src - mean) / sqrt(variance + epsilon) + beta[c]
//
// Shapes    src, dst as `at` says; gamma, beta [channels]; on the device.
// Aliasing  dst may be src.
// NaN       a NaN in a channel makes that channel of its sample NaN.
// Rounding  squares are about the mean itself; sums are by 8 or 256 workers, which are then added
//           by pairs: the same at every run.
// Errors    a refused launch throws; ops::instance_norm checks shapes.
struct InstanceNorm {
  const float* src;
  const float* gamma;
  const float* beta;
  float* dst;
  ChannelPlaces at;
  float epsilon;
};

void instance_norm(const InstanceNorm& norm, cudaStream_t stream);

// Each element by the squares of the channels around it, float32.
//
//   dst[c] = src[c] / (bias + scale sum over k of src[c + k]^2)^beta
//   where k is from -before to size - before - 1 and c + k is a channel
//
// Shapes    src, dst as `at` says; on the device.
// Aliasing  dst overlaps nothing.
// Rounding  one fused multiply-add a channel, ascending.
// Source    Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks",
//           2012.
struct LocalResponseNorm {
  const float* src;
  float* dst;
  ChannelPlaces at;
  std::int32_t size, before;
  float scale, beta, bias;
};

void local_response_norm(const LocalResponseNorm& norm, cudaStream_t stream);

}  // namespace fastcnn::cuda
