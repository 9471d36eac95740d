#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/base/warp.cuh"
#include "cuda/kernels/softmax/softmax.h"

namespace fastcnn::cuda {

constexpr int kSoftmaxWarps = 4;

// One warp takes one row.
// Block 32 kSoftmaxWarps.
// Grid  rows / kSoftmaxWarps, rounded up.
__global__ void __launch_bounds__(32 * kSoftmaxWarps) softmax_kernel(Softmax softmax) {
  const int lane = threadIdx.x % 32;
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kSoftmaxWarps + threadIdx.x / 32;
  if (row >= softmax.rows) return;  // whole warps
  const float* src = softmax.src + row * softmax.channels;
  float* dst = softmax.dst + row * softmax.channels;

  float largest = -INFINITY;
  for (int c = lane; c < softmax.channels; c += 32) largest = fmaxf(largest, src[c]);
  largest = warp_max(largest);
  float sum = 0.0f;
  for (int c = lane; c < softmax.channels; c += 32) sum += expf(src[c] - largest);
  sum = warp_sum(sum);
  for (int c = lane; c < softmax.channels; c += 32) dst[c] = expf(src[c] - largest) / sum;
}

// One warp takes one row.
// Block 32 kSoftmaxWarps.
// Grid  rows / kSoftmaxWarps, rounded up.
__global__ void __launch_bounds__(32 * kSoftmaxWarps) softmax_backward_kernel(SoftmaxBackward s) {
  const int lane = threadIdx.x % 32;
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kSoftmaxWarps + threadIdx.x / 32;
  if (row >= s.rows) return;  // whole warps
  const float* grad_dst = s.grad_dst + row * s.channels;
  const float* dst = s.dst + row * s.channels;
  float product = 0.0f;
  for (int c = lane; c < s.channels; c += 32) product = fmaf(grad_dst[c], dst[c], product);
  product = warp_sum(product);
  float* grad_src = s.grad_src + row * s.channels;
  for (int c = lane; c < s.channels; c += 32) grad_src[c] = dst[c] * (grad_dst[c] - product);
}

}  // namespace fastcnn::cuda
