#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/global_pool2d/global_pool2d.h"

namespace fastcnn::cuda {

constexpr int kGlobalPoolChannels = 32;
constexpr int kGlobalPoolRows = 8;

struct Sum {
  static constexpr float kStart = 0.0f;
  static __device__ __forceinline__ float join(float a, float b) { return a + b; }
  static __device__ __forceinline__ float result(float sum, int pixels) {
    return sum / static_cast<float>(pixels);
  }
};

struct Largest {
  static constexpr float kStart = -INFINITY;
  // A NaN in either is the result.
  static __device__ __forceinline__ float join(float a, float b) { return b > a || b != b ? b : a; }
  static __device__ __forceinline__ float result(float largest, int) { return largest; }
};

// One block reduces kGlobalPoolChannels channels of one image: each row of threads every
// kGlobalPoolRows-th pixel, then the first row what all of them found.
// Block (kGlobalPoolChannels, kGlobalPoolRows).
// Grid  (channels / kGlobalPoolChannels rounded up, images).
template <typename Reduction>
__global__ void __launch_bounds__(kGlobalPoolChannels* kGlobalPoolRows)
    global_pool2d_kernel(GlobalPool2d pool) {
  FASTCNN_SHARED(float, partial, [kGlobalPoolRows][kGlobalPoolChannels]);
  const int c = blockIdx.x * kGlobalPoolChannels + threadIdx.x;
  const float* image =
      pool.src + static_cast<std::int64_t>(blockIdx.y) * pool.pixels * pool.channels + c;

  float value = Reduction::kStart;
  if (c < pool.channels) {
    for (int pixel = threadIdx.y; pixel < pool.pixels; pixel += kGlobalPoolRows) {
      value = Reduction::join(value, image[static_cast<std::int64_t>(pixel) * pool.channels]);
    }
  }
  partial[threadIdx.y][threadIdx.x] = value;
  __syncthreads();
  if (threadIdx.y != 0 || c >= pool.channels) return;
#pragma unroll
  for (int row = 1; row < kGlobalPoolRows; ++row) {
    value = Reduction::join(value, partial[row][threadIdx.x]);
  }
  pool.dst[static_cast<std::int64_t>(blockIdx.y) * pool.channels + c] =
      Reduction::result(value, pool.pixels);
}

constexpr int kGlobalPoolThreads = 256;

// One thread computes one element of the image's gradient.
// Block kGlobalPoolThreads.
// Grid  images pixels channels / kGlobalPoolThreads, rounded up.
template <bool kMax>
__global__ void __launch_bounds__(kGlobalPoolThreads)
    global_pool2d_backward_kernel(GlobalPool2dBackward pool) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kGlobalPoolThreads + threadIdx.x;
  const int c = static_cast<int>(i % pool.channels);
  const std::int64_t pixel_of_all = i / pool.channels;
  const int n = static_cast<int>(pixel_of_all / pool.pixels);
  if (n >= pool.images) return;
  const std::int64_t at = static_cast<std::int64_t>(n) * pool.channels + c;
  float grad = pool.grad_dst[at];
  if constexpr (kMax) {
    const float largest = pool.dst[at];
    if (pool.src[i] != largest) {
      grad = 0.0f;
    } else {
      const float* first =
          pool.src + static_cast<std::int64_t>(n) * pool.pixels * pool.channels + c;
      while (*first != largest) first += pool.channels;
      if (first != pool.src + i) grad = 0.0f;
    }
  } else {
    grad /= static_cast<float>(pool.pixels);
  }
  pool.grad_src[i] = grad;
}

}  // namespace fastcnn::cuda
