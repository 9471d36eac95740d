#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/batch_norm/batch_norm.h"

namespace fastcnn::cuda {

constexpr int kBatchNormThreads = 256;

__device__ __forceinline__ float inv_std_of(const BatchNormChannels& by, int c) {
  return by.inv_std != nullptr ? by.inv_std[c] : 1.0f / sqrtf(by.variance[c] + by.epsilon);
}

// What the activation takes: the forward pass and the mask of the backward one compute it alike.
__device__ __forceinline__ float normalized(float scale, float deviation, float beta) {
  return fmaf(scale, deviation, beta);
}

// grad where the activation was not flat, else 0.
__device__ __forceinline__ float unless_flat(const BatchNormChannels& by, float grad, float y) {
  return y > by.low && (y < by.high || by.high == INFINITY) ? grad : 0.0f;
}

// One thread computes one element.
// Block kBatchNormThreads.
// Grid  size / kBatchNormThreads, rounded up.
__global__ void __launch_bounds__(kBatchNormThreads) batch_norm_kernel(BatchNorm pass) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kBatchNormThreads + threadIdx.x;
  if (i >= pass.size) return;
  const int c = static_cast<int>(i % pass.channels);
  const float scale = pass.by.gamma[c] * inv_std_of(pass.by, c);
  float y = normalized(scale, pass.src[i] - pass.by.mean[c], pass.by.beta[c]);
  if (pass.residual != nullptr) y += pass.residual[i];
  pass.dst[i] = clamp(y, pass.by.low, pass.by.high);
}

// One thread computes one element.
// Block kBatchNormThreads.
// Grid  size / kBatchNormThreads, rounded up.
__global__ void __launch_bounds__(kBatchNormThreads)
    batch_norm_backward_kernel(BatchNormBackward pass) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kBatchNormThreads + threadIdx.x;
  if (i >= pass.size) return;
  const int c = static_cast<int>(i % pass.channels);
  const float inv_std = pass.by.inv_std[c];
  const float scale = pass.by.gamma[c] * inv_std;
  const float deviation = pass.src[i] - pass.by.mean[c];
  float grad = pass.grad[i];
  if (pass.masked) grad = unless_flat(pass.by, grad, normalized(scale, deviation, pass.by.beta[c]));
  const float slope = -scale * inv_std * pass.grad_gamma[c] * pass.share;
  const float shift = -scale * pass.grad_beta[c] * pass.share;
  pass.grad_src[i] = fmaf(scale, grad, fmaf(slope, deviation, shift));
}

constexpr int kSumChannels = 32;
constexpr int kSumRows = 8;

// The two sums of one thread; the second is there for kGradient alone.
template <ChannelTerm kTerm>
struct ChannelTotals {
  float sum = 0.0f;
  float product = 0.0f;

  __device__ __forceinline__ void add(const ChannelSums& sums, std::int64_t at, float mean,
                                      float scale, float beta) {
    const float x = sums.src[at];
    if constexpr (kTerm == ChannelTerm::kValue) sum += x;
    if constexpr (kTerm == ChannelTerm::kDeviation) sum = fmaf(x - mean, x - mean, sum);
    if constexpr (kTerm == ChannelTerm::kGradient) {
      float grad = sums.grad[at];
      if (sums.masked) grad = unless_flat(sums.by, grad, normalized(scale, x - mean, beta));
      sum += grad;
      product = fmaf(grad, x - mean, product);
    }
  }
};

// One block sums one part of the rows of kSumChannels channels: each row of threads every
// kSumRows-th row, then the first row what all of them found.
// Block (kSumChannels, kSumRows).
// Grid  (channels / kSumChannels rounded up, splits).
template <ChannelTerm kTerm>
__global__ void __launch_bounds__(kSumChannels* kSumRows) channel_sums_kernel(ChannelSums sums) {
  FASTCNN_SHARED(float, totals, [2][kSumRows][kSumChannels]);
  const int c = blockIdx.x * kSumChannels + threadIdx.x;
  const std::int64_t part = (sums.rows + sums.splits - 1) / sums.splits;
  const std::int64_t first = part * blockIdx.y;
  const std::int64_t last = min(first + part, sums.rows);
  ChannelTotals<kTerm> mine;
  if (c < sums.channels) {
    const float mean = kTerm == ChannelTerm::kValue ? 0.0f : sums.by.mean[c];
    const float scale = sums.masked ? sums.by.gamma[c] * sums.by.inv_std[c] : 0.0f;
    const float beta = sums.masked ? sums.by.beta[c] : 0.0f;
    for (std::int64_t row = first + threadIdx.y; row < last; row += kSumRows) {
      mine.add(sums, row * sums.channels + c, mean, scale, beta);
    }
  }
  totals[0][threadIdx.y][threadIdx.x] = mine.sum;
  totals[1][threadIdx.y][threadIdx.x] = mine.product;
  __syncthreads();
  if (threadIdx.y != 0 || c >= sums.channels) return;
  float* partial = sums.partial + static_cast<std::int64_t>(blockIdx.y) * 2 * sums.channels + c;
#pragma unroll
  for (int k = 0; k < 2; ++k) {
    float total = totals[k][0][threadIdx.x];
#pragma unroll
    for (int row = 1; row < kSumRows; ++row) total += totals[k][row][threadIdx.x];
    partial[k * sums.channels] = total;
  }
}

// One thread finishes one channel.
// Block kBatchNormThreads.
// Grid  channels / kBatchNormThreads, rounded up.
template <ChannelResult kResult>
__global__ void __launch_bounds__(kBatchNormThreads) channel_results_kernel(ChannelSums sums) {
  const int c = blockIdx.x * kBatchNormThreads + threadIdx.x;
  if (c >= sums.channels) return;
  float sum = 0.0f;
  float product = 0.0f;
  for (int split = 0; split < sums.splits; ++split) {
    const float* partial = sums.partial + static_cast<std::int64_t>(split) * 2 * sums.channels + c;
    sum += partial[0];
    product += partial[sums.channels];
  }
  if constexpr (kResult == ChannelResult::kMean || kResult == ChannelResult::kSpread) {
    sum /= static_cast<float>(sums.rows);
  }
  sums.first[c] = sum;
  if constexpr (kResult == ChannelResult::kSpread) {
    sums.second[c] = 1.0f / sqrtf(sum + sums.by.epsilon);
  }
  if constexpr (kResult == ChannelResult::kGradient) {
    sums.second[c] = product * sums.by.inv_std[c];
  }
}

}  // namespace fastcnn::cuda
