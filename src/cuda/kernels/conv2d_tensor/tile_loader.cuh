#pragma once

#include "cuda/base/ptx.cuh"
#include "cuda/kernels/conv2d_tensor/config.cuh"
#include "cuda/kernels/conv2d_tensor/conv2d_tensor.h"

namespace fastcnn::cuda {

// The tiles of one step after another that one thread sees copied from global to shared memory.
// What does not change from step to step is computed once: where the thread's pixels lie. A step
// costs a tap for all of them, and for each three additions and two comparisons.
template <typename Config>
struct TileLoader {
  static constexpr int kBytes = Config::kVector ? 16 : 4;
  static constexpr int kAcross = Config::kBlockK * 4 / kBytes;  // copies that make up a pixel
  static constexpr int kApart = Config::kThreads / kAcross;     // pixels of one thread lie so
  static constexpr int kPixels = Config::kBlockM / kApart;
  static constexpr int kWeightCopies = Config::kWeightBytes / 16 / Config::kThreads;

  static_assert(kPixels * kApart == Config::kBlockM, "every pixel is copied once");
  static_assert(kApart % 8 == 0, "all pixels of a thread are swizzled alike");
  static_assert(kWeightCopies * 16 * Config::kThreads == Config::kWeightBytes, "as are weights");

  std::uint32_t origin[kPixels];  // elements before the pixel's
  int y[kPixels];
  int x[kPixels];
  const int4* taps;  // of the step after the next
  int4 tap;          // of the next
  const char* weights;
  std::int64_t weight_step;

  __device__ __forceinline__ explicit TileLoader(const Conv2dTensor& conv)
      : taps(reinterpret_cast<const int4*>(conv.taps) + threadIdx.x % kAcross),
        weight_step(static_cast<std::int64_t>(conv.columns) * Config::kColumnBytes) {
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      const int p = blockIdx.x * Config::kBlockM + threadIdx.x / kAcross + i * kApart;
      const bool inside = p < conv.pixels;
      const int line = p / conv.ow;
      y[i] = inside ? line % conv.oh * conv.stride_h : -kNoTap;
      x[i] = inside ? p % conv.ow * conv.stride_w : -kNoTap;
      const int before =
          inside ? ((line / conv.oh * conv.h + y[i]) * conv.w + x[i]) * conv.channels : 0;
      origin[i] = static_cast<std::uint32_t>(before) + blockIdx.z * conv.group_channels;
    }
    load_tap();
    weights = static_cast<const char*>(conv.weights) +
              weight_step * (conv.rows / Config::kBlockK) * blockIdx.z +
              blockIdx.y * Config::kWeightBytes + threadIdx.x * 16;
  }

  // Begins to copy the next step's tiles.
  __device__ __forceinline__ void copy(const Conv2dTensor& conv, float* image_tile,
                                       char* weight_tile) {
    constexpr int kFloats = kBytes / 4;
    const int k = threadIdx.x % kAcross * kFloats;
    float* const to = image_tile + left_offset(threadIdx.x / kAcross, k / 4) + k % 4;
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      // One unsigned comparison tests both ends: a negative index wraps to a large one.
      const bool hit = static_cast<unsigned>(y[i] + tap.x) < static_cast<unsigned>(conv.h) &&
                       static_cast<unsigned>(x[i] + tap.y) < static_cast<unsigned>(conv.w);
      const float* from = conv.src + (origin[i] + static_cast<std::uint32_t>(tap.z));
      ptx::cp_async<kBytes>(to + i * kApart * Config::kBlockK, from, hit);
    }
#pragma unroll
    for (int i = 0; i < kWeightCopies; ++i) {
      constexpr int kStride = 16 * Config::kThreads;
      ptx::cp_async<16>(weight_tile + threadIdx.x * 16 + i * kStride, weights + i * kStride, true);
    }
    weights += weight_step;
    load_tap();  // in time for the next step
  }

  __device__ __forceinline__ void load_tap() {
    tap = *taps;
    taps += kAcross;
  }
};

}  // namespace fastcnn::cuda
