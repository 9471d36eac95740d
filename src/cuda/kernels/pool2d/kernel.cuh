#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/pool2d/pool2d.h"

namespace fastcnn::cuda {

constexpr int kPool2dThreads = 256;
constexpr int kPool2dResident = 5;  // blocks for whose registers there is room: none are spilled

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

__device__ __forceinline__ bool is_inside(const Pool2d& pool, int y, int x) {
  return static_cast<unsigned>(y) < static_cast<unsigned>(pool.h) &&
         static_cast<unsigned>(x) < static_cast<unsigned>(pool.w);
}

// Whether a mean is over pixel (y, x) too, which may lie outside of the image.
__device__ __forceinline__ bool is_counted(const Pool2d& pool, int y, int x) {
  const bool padded = y + pool.pad_top < pool.padded_h && x + pool.pad_left < pool.padded_w;
  return is_inside(pool, y, x) || (padded && pool.count_include_pad);
}

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
      if (is_inside(pool, y, x)) {
        window.add(image[(static_cast<std::int64_t>(y) * pool.w + x) * pool.channels]);
      }
      if (is_counted(pool, y, x)) ++count;
    }
  }
  pool.dst[i] = window.result(count);
}

// One window, from the pixel of the image at its (kh, kw).
struct WindowOfPixel {
  int top, left;    // where it begins
  int kh, kw;       // where the pixel stands in it
  std::int64_t at;  // of dst
};

// The gradient goes to the first pixel that equals the maximum.
struct SpreadMax {
  static __device__ __forceinline__ float share(const Pool2d& pool, const float* image,
                                                const WindowOfPixel& window, float grad) {
    const float largest = pool.dst[window.at];
    for (int kh = 0; kh <= window.kh; ++kh) {
      const int y = window.top + kh * pool.dilation_h;
      const int count = kh == window.kh ? window.kw : pool.kernel_w - 1;
      for (int kw = 0; kw <= count; ++kw) {
        const int x = window.left + kw * pool.dilation_w;
        if (!is_inside(pool, y, x)) continue;
        const bool equal =
            image[(static_cast<std::int64_t>(y) * pool.w + x) * pool.channels] == largest;
        if (kh == window.kh && kw == window.kw) return equal ? grad : 0.0f;
        if (equal) return 0.0f;
      }
    }
    return 0.0f;
  }
};

struct SpreadMean {
  static __device__ __forceinline__ float share(const Pool2d& pool, const float*,
                                                const WindowOfPixel& window, float grad) {
    int count = 0;
    for (int kh = 0; kh < pool.kernel_h; ++kh) {
      for (int kw = 0; kw < pool.kernel_w; ++kw) {
        count +=
            is_counted(pool, window.top + kh * pool.dilation_h, window.left + kw * pool.dilation_w);
      }
    }
    return grad / static_cast<float>(count);
  }
};

// One thread computes one element of the image's gradient; neighbouring threads take neighbouring
// channels.
// Block kPool2dThreads.
// Grid  size / kPool2dThreads, rounded up.
template <typename Spread>
__global__ void __launch_bounds__(kPool2dThreads, kPool2dResident)
    pool2d_backward_kernel(Pool2dBackward back) {
  const Pool2d pool = back.window;
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kPool2dThreads + threadIdx.x;
  if (i >= back.size) return;
  const int c = static_cast<int>(i % pool.channels);
  const std::int64_t pixel = i / pool.channels;
  const int x = static_cast<int>(pixel % pool.w);
  const std::int64_t row = pixel / pool.w;
  const int y = static_cast<int>(row % pool.h);
  const std::int64_t n = row / pool.h;
  const float* image = pool.src + n * pool.h * pool.w * pool.channels + c;

  // From the last row of a window to the first: so windows come in their own order.
  float grad = 0.0f;
  for (int kh = pool.kernel_h - 1; kh >= 0; --kh) {
    const int top = y - kh * pool.dilation_h;
    const int down = top + pool.pad_top;
    if (down < 0 || down % pool.stride_h != 0 || down / pool.stride_h >= pool.oh) continue;
    for (int kw = pool.kernel_w - 1; kw >= 0; --kw) {
      const int left = x - kw * pool.dilation_w;
      const int right = left + pool.pad_left;
      if (right < 0 || right % pool.stride_w != 0 || right / pool.stride_w >= pool.ow) continue;
      const std::int64_t at =
          ((n * pool.oh + down / pool.stride_h) * pool.ow + right / pool.stride_w) * pool.channels +
          c;
      grad += Spread::share(pool, image, {top, left, kh, kw, at}, back.grad_dst[at]);
    }
  }
  back.grad_src[i] = grad;
}

}  // namespace fastcnn::cuda
