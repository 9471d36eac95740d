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

}  // namespace fastcnn::cuda
