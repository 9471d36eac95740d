#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/base/ptx.cuh"
#include "cuda/kernels/conv2d_sparse_tensor/conv2d_sparse_tensor.h"

namespace fastcnn::cuda {

// A block of four warps, two by two, computes 64 outputs at 64 pixels.
constexpr int kSparseTensorThreads = 128;
constexpr int kSparseTensorTile = 64;
constexpr int kSparseTensorStages = 4;
constexpr int kSparseTensorPieces = 2;  // of 16 outputs, a warp
constexpr int kSparseTensorStrips = 4;  // of 8 pixels, a warp

struct SparseF16 {
  static __device__ __forceinline__ std::uint32_t pair(float low, float high) {
    return ptx::to_f16x2(low, high);
  }
  static __device__ __forceinline__ void multiply(float (&d)[4], const std::uint32_t (&a)[4],
                                                  const std::uint32_t (&b)[4],
                                                  std::uint32_t indices) {
    ptx::mma_sp_m16n8k32_f16(d, a, b, indices);
  }
};

struct SparseBf16 {
  static __device__ __forceinline__ std::uint32_t pair(float low, float high) {
    return ptx::to_bf16x2(low, high);
  }
  static __device__ __forceinline__ void multiply(float (&d)[4], const std::uint32_t (&a)[4],
                                                  const std::uint32_t (&b)[4],
                                                  std::uint32_t indices) {
    ptx::mma_sp_m16n8k32_bf16(d, a, b, indices);
  }
};

// Where four k of a pixel lie in a stage: eight lanes that copy one pixel meet every bank once, and
// so do 16 lanes that read two fours of four neighbouring pixels.
__device__ __forceinline__ int sparse_tensor_place(int pixel, int four) {
  return pixel * kSparseTensorStep + (four ^ (pixel * 2 & 7)) * 4;
}

// The pixels that one thread copies, step after step.
struct SparsePixelCopier {
  static constexpr int kApart = kSparseTensorThreads / 8;
  static constexpr int kPixels = kSparseTensorTile / kApart;

  const float* image[kPixels];  // at the pixel's origin
  int y[kPixels];
  int x[kPixels];

  __device__ __forceinline__ explicit SparsePixelCopier(const Conv2dSparseTensor& conv) {
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      const int p = blockIdx.x * kSparseTensorTile + threadIdx.x / 8 + i * kApart;
      const bool inside = p < conv.pixels;
      const int line = p / conv.ow;
      y[i] = inside ? line % conv.oh * conv.stride_h : -kNoTap;
      x[i] = inside ? p % conv.ow * conv.stride_w : -kNoTap;
      const std::int64_t origin =
          inside ? (static_cast<std::int64_t>(line / conv.oh) * conv.h + y[i]) * conv.w + x[i] : 0;
      image[i] = conv.src + origin * conv.channels + blockIdx.z * conv.group_channels;
    }
  }

  __device__ __forceinline__ void copy(const Conv2dSparseTensor& conv, int step,
                                       float* stage) const {
    const int four = threadIdx.x % 8;
    const int4 tap = reinterpret_cast<const int4*>(conv.taps)[step * 8 + four];
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      // One unsigned comparison tests both ends: a negative index wraps to a large one.
      const bool hit = static_cast<unsigned>(y[i] + tap.x) < static_cast<unsigned>(conv.h) &&
                       static_cast<unsigned>(x[i] + tap.y) < static_cast<unsigned>(conv.w);
      const int pixel = static_cast<int>(threadIdx.x) / 8 + i * kApart;
      ptx::cp_async<16>(stage + sparse_tensor_place(pixel, four), hit ? image[i] + tap.z : conv.src,
                        hit);
    }
  }
};

// Weights are the rows of the product, since only those may be sparse, and pixels its columns.
// Block kSparseTensorThreads.
// Grid  (pixels / kSparseTensorTile, group_oc / kSparseTensorTile, groups), rounded up.
template <typename Type>
__global__ void __launch_bounds__(kSparseTensorThreads)
    conv2d_sparse_tensor_kernel(Conv2dSparseTensor conv) {
  FASTCNN_SHARED(float, pixels, [kSparseTensorStages][kSparseTensorTile * kSparseTensorStep]);
  const int lane = threadIdx.x % 32;
  const int g = lane / 4;
  const int t = lane % 4;
  const int warp_output = threadIdx.x / 64 * 32;
  const int warp_pixel = threadIdx.x / 32 % 2 * 32;
  const int first_piece =
      blockIdx.y * (kSparseTensorTile / kSparseTensorPiece) + warp_output / kSparseTensorPiece;

  const SparsePixelCopier copier(conv);
#pragma unroll
  for (int stage = 0; stage < kSparseTensorStages - 1; ++stage) {
    if (stage < conv.steps) copier.copy(conv, stage, pixels[stage]);
    ptx::cp_async_commit();
  }
  float sum[kSparseTensorPieces][kSparseTensorStrips][4] = {};
  for (int step = 0; step < conv.steps; ++step) {
    std::uint32_t weights[kSparseTensorPieces][4];
    std::uint32_t indices[kSparseTensorPieces];
#pragma unroll
    for (int m = 0; m < kSparseTensorPieces; ++m) {
      const std::int64_t at =
          (static_cast<std::int64_t>(blockIdx.z) * conv.pieces + first_piece + m) * conv.steps +
          step;
      const uint4 four = conv.weights[at * 32 + lane];
      weights[m][0] = four.x;
      weights[m][1] = four.y;
      weights[m][2] = four.z;
      weights[m][3] = four.w;
      indices[m] = conv.indices[at * 16 + g * 2 + t % 2];
    }
    ptx::cp_async_wait<kSparseTensorStages - 2>();
    // Behind the barrier the copies of all threads are there, and the stage that is copied to next
    // has been read by all.
    __syncthreads();
    const int next = step + kSparseTensorStages - 1;
    if (next < conv.steps) copier.copy(conv, next, pixels[next % kSparseTensorStages]);
    ptx::cp_async_commit();
    const float* stage = pixels[step % kSparseTensorStages];
#pragma unroll
    for (int s = 0; s < kSparseTensorStrips; ++s) {
      const int pixel = warp_pixel + 8 * s + g;
      std::uint32_t b[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) {
        const float2 two = *reinterpret_cast<const float2*>(
            stage + sparse_tensor_place(pixel, 2 * i + t / 2) + t % 2 * 2);
        b[i] = Type::pair(two.x, two.y);
      }
#pragma unroll
      for (int m = 0; m < kSparseTensorPieces; ++m) {
        Type::multiply(sum[m][s], weights[m], b, indices[m]);
      }
    }
  }

  // Lanes with one t write eight neighbouring channels of a pixel.
#pragma unroll
  for (int m = 0; m < kSparseTensorPieces; ++m) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int column = (first_piece + m) * kSparseTensorPiece + half * 8 + g;
      if (column >= conv.group_oc) continue;
      const int o = blockIdx.z * conv.group_oc + column;
      const float bias = conv.bias[o];
#pragma unroll
      for (int s = 0; s < kSparseTensorStrips; ++s) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
          const int p = blockIdx.x * kSparseTensorTile + warp_pixel + 8 * s + 2 * t + e;
          if (p >= conv.pixels) continue;
          const std::int64_t at = static_cast<std::int64_t>(p) * conv.oc + o;
          float y = sum[m][s][2 * half + e] + bias;
          if (conv.residual != nullptr) y += conv.residual[at];
          conv.dst[at] = clamp(y, conv.low, conv.high);
        }
      }
    }
  }
}

}  // namespace fastcnn::cuda
