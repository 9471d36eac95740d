#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/fragment.cuh"
#include "cuda/base/pixel_origin.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_sparse_tensor/conv2d_sparse_tensor.h"

namespace fastcnn::cuda {

// A block of four warps, two by two, computes 64 outputs at 64 pixels.
constexpr int kSparseTensorThreads = 128;
constexpr int kSparseTensorTile = 64;
constexpr int kSparseTensorStages = 4;
constexpr int kSparseTensorPieces = 2;  // of 16 outputs, a warp
constexpr int kSparseTensorStrips = 4;  // of 8 pixels, a warp

// Where four k of a pixel lie in a stage: eight lanes that copy one pixel meet every bank once, and
// so do 16 lanes that read two fours of four neighbouring pixels.
__device__ __forceinline__ int sparse_tensor_place(int pixel, int four) {
  return pixel * kSparseTensorStep + (four ^ (pixel * 2 & 7)) * 4;
}

// The pixels that one thread copies, step after step.
struct SparsePixelCopier {
  static constexpr int kApart = kSparseTensorThreads / 8;
  static constexpr int kPixels = kSparseTensorTile / kApart;

  std::uint32_t origin[kPixels];  // elements before the pixel's
  std::uint32_t missed[kPixels];
  const int4* taps;  // of the step that the copier stands at

  __device__ __forceinline__ explicit SparsePixelCopier(const Conv2dSparseTensor& conv)
      : taps(reinterpret_cast<const int4*>(conv.taps) + threadIdx.x % 8) {
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      const PixelOrigin at(conv, blockIdx.x * kSparseTensorTile + threadIdx.x / 8 + i * kApart);
      origin[i] = static_cast<std::uint32_t>(at.offset) + blockIdx.z * conv.group_channels;
      missed[i] = missed_lines(conv, at);
    }
  }

  // The step that is `ahead` of where the copier stands.
  __device__ __forceinline__ void copy(const Conv2dSparseTensor& conv, int ahead,
                                       float* stage) const {
    const int4 tap = taps[ahead * 8];
    const std::uint32_t offset = static_cast<std::uint32_t>(tap.z);
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      const int pixel = static_cast<int>(threadIdx.x) / 8 + i * kApart;
      ptx::cp_async<16>(stage + sparse_tensor_place(pixel, threadIdx.x % 8),
                        conv.src + (origin[i] + offset),
                        reads(missed[i], static_cast<std::uint32_t>(tap.w)));
    }
  }

  __device__ __forceinline__ void advance(int steps) { taps += steps * 8; }
};

// The pieces of weights that one warp multiplies, step after step.
struct SparsePieces {
  const uint4* weights;
  const std::uint32_t* indices;
  std::uint32_t next_weights, next_indices;  // elements from one piece to the next

  __device__ __forceinline__ SparsePieces(const Conv2dSparseTensor& conv, int first)
      : next_weights(conv.steps * 32), next_indices(conv.steps * 16) {
    const int lane = threadIdx.x % 32;
    const std::int64_t at =
        (static_cast<std::int64_t>(blockIdx.z) * conv.pieces + first) * conv.steps;
    weights = conv.weights + at * 32 + lane;
    indices = conv.indices + at * 16 + lane / 4 * 2 + lane % 2;
  }

  __device__ __forceinline__ void read(int ahead, int piece, std::uint32_t (&weight)[4],
                                       std::uint32_t& index) const {
    const uint4 four = weights[piece * next_weights + ahead * 32];
    weight[0] = four.x;
    weight[1] = four.y;
    weight[2] = four.z;
    weight[3] = four.w;
    index = indices[piece * next_indices + ahead * 16];
  }

  __device__ __forceinline__ void advance(int steps) {
    weights += steps * 32;
    indices += steps * 16;
  }
};

// Weights are the rows of the product, since only those may be sparse, and pixels its columns.
// Block kSparseTensorThreads.
// Grid  (pixels / kSparseTensorTile, group_oc / kSparseTensorTile, groups), rounded up.
template <typename Type>
__global__ void __launch_bounds__(kSparseTensorThreads)
    conv2d_sparse_tensor_kernel(Conv2dSparseTensor conv) {
  constexpr int kStages = kSparseTensorStages;
  constexpr int kAhead = kStages - 1;  // steps
  FASTCNN_SHARED(float, pixels, [kStages][kSparseTensorTile * kSparseTensorStep]);
  const int lane = threadIdx.x % 32;
  const int g = lane / 4;
  const int t = lane % 4;
  const int warp_output = threadIdx.x / 64 * 32;
  const int warp_pixel = threadIdx.x / 32 % 2 * 32;
  const int first_piece =
      blockIdx.y * (kSparseTensorTile / kSparseTensorPiece) + warp_output / kSparseTensorPiece;

  SparsePixelCopier copier(conv);
#pragma unroll
  for (int stage = 0; stage < kAhead; ++stage) {
    if (stage < conv.steps) copier.copy(conv, stage, pixels[stage]);
    ptx::cp_async_commit();
  }
  copier.advance(kAhead);
  SparsePieces pieces(conv, first_piece);
  float sum[kSparseTensorPieces][kSparseTensorStrips][4] = {};
  // A turn goes through all stages, so that the compiler knows where each lies.
  for (int left = conv.steps; left > 0; left -= kStages) {
#pragma unroll
    for (int stage = 0; stage < kStages; ++stage) {
      if (left <= stage) break;
      std::uint32_t weights[kSparseTensorPieces][4];
      std::uint32_t indices[kSparseTensorPieces];
#pragma unroll
      for (int m = 0; m < kSparseTensorPieces; ++m) pieces.read(stage, m, weights[m], indices[m]);
      ptx::cp_async_wait<kStages - 2>();
      // Behind the barrier the copies of all threads are there, and the stage that is copied to
      // next has been read by all.
      __syncthreads();
      if (left > stage + kAhead) copier.copy(conv, stage, pixels[(stage + kAhead) % kStages]);
      ptx::cp_async_commit();
#pragma unroll
      for (int s = 0; s < kSparseTensorStrips; ++s) {
        const int pixel = warp_pixel + 8 * s + g;
        std::uint32_t b[4];
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          const float2 two = *reinterpret_cast<const float2*>(
              pixels[stage] + sparse_tensor_place(pixel, 2 * i + t / 2) + t % 2 * 2);
          b[i] = Type::pair(two.x, two.y);
        }
#pragma unroll
        for (int m = 0; m < kSparseTensorPieces; ++m) {
          Type::mma_sparse(sum[m][s], weights[m], b, indices[m]);
        }
      }
    }
    copier.advance(kStages);
    pieces.advance(kStages);
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
