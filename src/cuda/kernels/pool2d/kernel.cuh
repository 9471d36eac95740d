#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/pool2d/pool2d.h"

namespace fastcnn::cuda {

constexpr int kPool2dThreads = 256;

// A window reduced to its largest pixel.
struct WindowMax {
  float value = -INFINITY;

  __device__ __forceinline__ void add(float x) {
    if (x > value || x != x) value = x;  // nothing is greater than a NaN once it is there
  }
  __device__ __forceinline__ float result(int) const { return value; }
};

// A window reduced to its mean.
struct WindowMean {
  float value = 0.0f;

  __device__ __forceinline__ void add(float x) { value += x; }
  __device__ __forceinline__ float result(int count) const {
    return value / static_cast<float>(count);
  }
};

// One thread computes one output element; neighbouring threads take neighbouring channels.
// Block kPool2dThreads.
// Grid  size / kPool2dThreads, rounded up.
template <typename Window>
__global__ void __launch_bounds__(kPool2dThreads) pool2d_kernel(Pool2d pool) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kPool2dThreads + threadIdx.x;
  if (i >= pool.size) return;
  const int c = static_cast<int>(i % pool.channels);
  const std::int64_t pixel = i / pool.channels;
  const int column = static_cast<int>(pixel % pool.ow);
  const std::int64_t row = pixel / pool.ow;
  const int top = static_cast<int>(row % pool.oh) * pool.stride_h - pool.pad_top;
  const int left = column * pool.stride_w - pool.pad_left;
  const float* image = pool.src + row / pool.oh * pool.h * pool.w * pool.channels + c;

  Window window;
  int count = 0;
  for (int kh = 0; kh < pool.kernel_h; ++kh) {
    const int y = top + kh * pool.dilation_h;
    for (int kw = 0; kw < pool.kernel_w; ++kw) {
      const int x = left + kw * pool.dilation_w;
      const bool inside = static_cast<unsigned>(y) < static_cast<unsigned>(pool.h) &&
                          static_cast<unsigned>(x) < static_cast<unsigned>(pool.w);
      const bool padded = y + pool.pad_top < pool.padded_h && x + pool.pad_left < pool.padded_w;
      if (inside) {
        window.add(image[(static_cast<std::int64_t>(y) * pool.w + x) * pool.channels]);
      }
      if (inside || (padded && pool.count_include_pad)) ++count;
    }
  }
  pool.dst[i] = window.result(count);
}

}  // namespace fastcnn::cuda
