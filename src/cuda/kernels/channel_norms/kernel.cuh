#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/channel_norms/channel_norms.h"

namespace fastcnn::cuda {

constexpr int kNormThreads = 256;

// The sum of what the workers of each channel have, by pairs, in all of them.
template <int kWorkers, int kChannels>
__device__ __forceinline__ float sum_of_workers(float (&parts)[kWorkers][kChannels], float part,
                                                int worker, int channel) {
  parts[worker][channel] = part;
  __syncthreads();
#pragma unroll
  for (int apart = kWorkers / 2; apart > 0; apart /= 2) {
    if (worker < apart) parts[worker][channel] += parts[worker + apart][channel];
    __syncthreads();
  }
  const float sum = parts[0][channel];
  __syncthreads();
  return sum;
}

// One block takes kChannels channels of one sample: 32 neighbours of an NHWC image, one where the
// pixels of a channel are neighbours.
// Block kNormThreads.
// Grid  samples (channels / kChannels rounded up).
template <int kChannels>
__global__ void __launch_bounds__(kNormThreads) instance_norm_kernel(InstanceNorm n) {
  constexpr int kWorkers = kNormThreads / kChannels;
  FASTCNN_SHARED(float, parts, [kWorkers][kChannels]);
  const ChannelPlaces& at = n.at;
  const int groups = (at.channels + kChannels - 1) / kChannels;
  const std::int64_t sample = blockIdx.x / groups;
  const int channel = threadIdx.x % kChannels;
  const int worker = threadIdx.x / kChannels;
  const int c = blockIdx.x % groups * kChannels + channel;
  const int pixels = c < at.channels ? at.pixels : 0;  // the others take part in the barriers
  const std::int64_t first =
      sample * at.channels * at.pixels + static_cast<std::int64_t>(c) * at.channel_stride;
  const auto place = [&](int pixel) {
    return first + static_cast<std::int64_t>(pixel) * at.pixel_stride;
  };
  float part = 0.0f;
  for (int p = worker; p < pixels; p += kWorkers) part += n.src[place(p)];
  const float count = static_cast<float>(at.pixels);
  const float mean = sum_of_workers(parts, part, worker, channel) / count;
  part = 0.0f;
  for (int p = worker; p < pixels; p += kWorkers) {
    const float distance = n.src[place(p)] - mean;
    part = fmaf(distance, distance, part);
  }
  const float variance = sum_of_workers(parts, part, worker, channel) / count;
  if (pixels == 0) return;
  const float scale = n.gamma[c] / sqrtf(variance + n.epsilon);
  const float shift = n.beta[c];
  for (int p = worker; p < pixels; p += kWorkers) {
    n.dst[place(p)] = fmaf(n.src[place(p)] - mean, scale, shift);
  }
}

// One thread computes one element: neighbouring threads take neighbours in memory.
// Block kNormThreads.
// Grid  samples channels pixels / kNormThreads, rounded up.
template <bool kNhwc>
__global__ void __launch_bounds__(kNormThreads) local_response_norm_kernel(LocalResponseNorm n) {
  const ChannelPlaces& at = n.at;
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kNormThreads + threadIdx.x;
  const std::int64_t outer = i / (kNhwc ? at.channels : at.pixels);
  if (outer >= static_cast<std::int64_t>(at.samples) * (kNhwc ? at.pixels : at.channels)) return;
  const int c = static_cast<int>(kNhwc ? i % at.channels : outer % at.channels);
  const int low = max(c - n.before, 0);
  const int high = min(c - n.before + n.size, at.channels);
  float sum = 0.0f;
  for (int k = low; k < high; ++k) {
    const float x = n.src[i + static_cast<std::int64_t>(k - c) * at.channel_stride];
    sum = fmaf(x, x, sum);
  }
  n.dst[i] = n.src[i] / powf(fmaf(n.scale, sum, n.bias), n.beta);
}

}  // namespace fastcnn::cuda
