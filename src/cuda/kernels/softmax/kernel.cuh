#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/softmax/softmax.h"

namespace fastcnn::cuda {

constexpr int kSoftmaxWarps = 4;
constexpr unsigned kAllLanes = 0xffffffffu;

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
#pragma unroll
  for (int apart = 16; apart > 0; apart /= 2) {
    largest = fmaxf(largest, __shfl_xor_sync(kAllLanes, largest, apart));
  }
  float sum = 0.0f;
  for (int c = lane; c < softmax.channels; c += 32) sum += expf(src[c] - largest);
#pragma unroll
  for (int apart = 16; apart > 0; apart /= 2) sum += __shfl_xor_sync(kAllLanes, sum, apart);
  for (int c = lane; c < softmax.channels; c += 32) dst[c] = expf(src[c] - largest) / sum;
}

}  // namespace fastcnn::cuda
