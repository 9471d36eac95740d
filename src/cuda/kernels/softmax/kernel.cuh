#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/base/warp.cuh"
#include "cuda/kernels/softmax/softmax.h"

namespace fastcnn::cuda {

constexpr int kSoftmaxWarps = 4;
constexpr int kSoftmaxThreads = 32 * kSoftmaxWarps;

// What walks along the axis: a warp, whose lanes take every 32nd element of a row, or one thread,
// next to others that take the neighbouring places.
template <bool kByWarp>
struct AlongAxis {
  std::int64_t base;  // of element 0
  std::int32_t stride;
  int first, step;
  bool inside;

  __device__ __forceinline__ AlongAxis(std::int64_t rows, std::int32_t channels,
                                       std::int32_t inner) {
    const std::int64_t thread =
        static_cast<std::int64_t>(blockIdx.x) * kSoftmaxThreads + threadIdx.x;
    const std::int64_t place = kByWarp ? thread / 32 : thread;
    base = kByWarp ? place * channels : place / inner * channels * inner + place % inner;
    stride = kByWarp ? 1 : inner;
    first = kByWarp ? threadIdx.x % 32 : 0;
    step = kByWarp ? 32 : 1;
    inside = place < rows * inner;  // of all lanes of a warp, or of none
  }

  __device__ __forceinline__ std::int64_t at(int c) const {
    return base + static_cast<std::int64_t>(c) * stride;
  }
  static __device__ __forceinline__ float sum(float x) { return kByWarp ? warp_sum(x) : x; }
  static __device__ __forceinline__ float largest(float x) { return kByWarp ? warp_max(x) : x; }
};

// Block kSoftmaxThreads, here and below.
// Grid  rows / kSoftmaxWarps, or rows inner / kSoftmaxThreads, rounded up.
template <bool kByWarp, bool kLog>
__global__ void __launch_bounds__(kSoftmaxThreads) softmax_kernel(Softmax s) {
  const AlongAxis<kByWarp> axis(s.rows, s.channels, s.inner);
  if (!axis.inside) return;
  float largest = -INFINITY;
  for (int c = axis.first; c < s.channels; c += axis.step) {
    largest = fmaxf(largest, s.src[axis.at(c)]);
  }
  largest = axis.largest(largest);
  float sum = 0.0f;
  for (int c = axis.first; c < s.channels; c += axis.step) {
    sum += expf(s.src[axis.at(c)] - largest);
  }
  sum = axis.sum(sum);
  const float log_of_sum = kLog ? logf(sum) : 0.0f;
  for (int c = axis.first; c < s.channels; c += axis.step) {
    const float x = s.src[axis.at(c)] - largest;
    s.dst[axis.at(c)] = kLog ? x - log_of_sum : expf(x) / sum;
  }
}

template <bool kByWarp, bool kLog>
__global__ void __launch_bounds__(kSoftmaxThreads) softmax_backward_kernel(SoftmaxBackward s) {
  const AlongAxis<kByWarp> axis(s.rows, s.channels, s.inner);
  if (!axis.inside) return;
  float sum = 0.0f;
  for (int c = axis.first; c < s.channels; c += axis.step) {
    const std::int64_t at = axis.at(c);
    sum = kLog ? sum + s.grad_dst[at] : fmaf(s.grad_dst[at], s.dst[at], sum);
  }
  sum = axis.sum(sum);
  for (int c = axis.first; c < s.channels; c += axis.step) {
    const std::int64_t at = axis.at(c);
    s.grad_src[at] =
        kLog ? s.grad_dst[at] - expf(s.dst[at]) * sum : s.dst[at] * (s.grad_dst[at] - sum);
  }
}

}  // namespace fastcnn::cuda
