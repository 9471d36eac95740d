#pragma once

#include "cuda/base/fragment.cuh"
#include "cuda/base/pixel_walk.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_backward_weights/kernel.cuh"

namespace fastcnn::cuda {

constexpr int kTensorThreads = 128;
constexpr int kTensorStages = 4;
// Of one pixel's rows or columns in shared memory: the eight rows of a fragment of four pixels, one
// after another, meet every bank once.
constexpr int kTensorPitch = kWeightTile + 8;
constexpr int kTensorTile = kWeightPixels * kTensorPitch;

// What one thread sees copied of one step after another: of some of its pixels, the image at one
// tap or at four channels of it, and as much of the gradient.
template <bool kVector>
struct TensorWeightLoader {
  static constexpr int kBytes = kVector ? 16 : 4;
  static constexpr int kAcross = kWeightTile * 4 / kBytes;
  static constexpr int kApart = kTensorThreads / kAcross;
  static constexpr int kPixels = kWeightPixels / kApart;

  OriginWalk walk;  // over this thread's pixels, of one step after another
  int pixels;       // that are left, from where the walk is
  int across;       // the first row or column, in the tile
  bool has_column;
  int4 tap;
  const float* src;
  const float* grad;

  __device__ __forceinline__ TensorWeightLoader(const Conv2dBackwardWeights& conv, int group,
                                                int first, int last)
      : walk(conv, first + threadIdx.x / kAcross, kApart),
        pixels(last - first - threadIdx.x / kAcross),
        across(threadIdx.x % kAcross * (kBytes / 4)),
        src(conv.src + group * conv.group_channels) {
    const int row = blockIdx.x * kWeightTile + across;
    const int column = blockIdx.y * kWeightTile + across;
    has_column = column < conv.group_oc;
    tap = row < conv.rows ? reinterpret_cast<const int4*>(conv.taps)[kVector ? row / 4 : row]
                          : make_int4(kNoTap, kNoTap, 0, 0);
    const int before = first + threadIdx.x / kAcross;
    grad = conv.grad + static_cast<std::int64_t>(before) * conv.oc + group * conv.group_oc + column;
  }

  // Begins to copy the next step's tiles.
  __device__ __forceinline__ void copy(const Conv2dBackwardWeights& conv, float* image_tile,
                                       float* grad_tile) {
#pragma unroll
    for (int i = 0; i < kPixels; ++i) {
      const int at = (threadIdx.x / kAcross + i * kApart) * kTensorPitch + across;
      const bool inside = pixels > 0;
      const bool hit = inside &&
                       static_cast<unsigned>(walk.y + tap.x) < static_cast<unsigned>(conv.h) &&
                       static_cast<unsigned>(walk.x + tap.y) < static_cast<unsigned>(conv.w);
      const std::uint32_t offset = walk.offset + static_cast<std::uint32_t>(tap.z);
      ptx::cp_async<kBytes>(image_tile + at, src + offset, hit);
      ptx::cp_async<kBytes>(grad_tile + at, grad, inside && has_column);
      walk.advance();
      pixels -= kApart;
      grad += kApart * conv.oc;
    }
  }
};

// As conv2d_backward_weights_kernel, by four warps, each a quarter of the tile.
// Block kTensorThreads.
// Grid  (rows / kWeightTile, group_oc / kWeightTile, groups splits), rounded up.
template <typename Type, bool kVector>
__global__ void __launch_bounds__(kTensorThreads)
    conv2d_backward_weights_tensor_kernel(Conv2dBackwardWeights conv) {
  constexpr int kPieces = kWeightTile / 2 / kFragmentM;
  constexpr int kStrips = kWeightTile / 2 / kFragmentN;
  static_assert(kWeightPixels == kFragmentK, "a step is one fragment deep");
  FASTCNN_SHARED(float, image_tile, [kTensorStages][kTensorTile]);
  FASTCNN_SHARED(float, grad_tile, [kTensorStages][kTensorTile]);
  const int group = blockIdx.z / conv.splits;
  const int split = blockIdx.z % conv.splits;
  const int first = split * conv.split_pixels;
  const int last = min(first + conv.split_pixels, conv.pixels);
  const int steps = (last - first + kWeightPixels - 1) / kWeightPixels;
  const int g = threadIdx.x % 32 / 4;
  const int t = threadIdx.x % 4;
  const int warp_row = threadIdx.x / 64 * (kWeightTile / 2);
  const int warp_column = threadIdx.x / 32 % 2 * (kWeightTile / 2);

  TensorWeightLoader<kVector> loader(conv, group, first, last);
#pragma unroll
  for (int stage = 0; stage < kTensorStages - 1; ++stage) {
    if (stage < steps) loader.copy(conv, image_tile[stage], grad_tile[stage]);
    ptx::cp_async_commit();
  }
  float sum[kPieces][kStrips][4] = {};
  int read = 0;
  int write = kTensorStages - 1;
  for (int step = 0; step < steps; ++step) {
    ptx::cp_async_wait<kTensorStages - 2>();
    // One barrier a step: behind it the copies of all threads are there, and the stage that is
    // copied to next has been read by all.
    __syncthreads();
    if (step + kTensorStages - 1 < steps) loader.copy(conv, image_tile[write], grad_tile[write]);
    ptx::cp_async_commit();
    const float* image = image_tile[read] + t * kTensorPitch + warp_row + g;
    const float* grad = grad_tile[read] + t * kTensorPitch + warp_column + g;
    typename Type::Left left[kPieces];
#pragma unroll
    for (int i = 0; i < kPieces; ++i) {
      float upper[4];
      float lower[4];
#pragma unroll
      for (int k = 0; k < 4; ++k) {
        upper[k] = image[4 * k * kTensorPitch + i * kFragmentM];
        lower[k] = image[4 * k * kTensorPitch + i * kFragmentM + 8];
      }
      left[i] = Type::join(upper, lower);
    }
    typename Type::Weights right[kStrips];
#pragma unroll
    for (int j = 0; j < kStrips; ++j) {
      float k[4];
#pragma unroll
      for (int n = 0; n < 4; ++n) k[n] = grad[4 * n * kTensorPitch + j * kFragmentN];
      right[j] = Type::weights(k);
    }
#pragma unroll
    for (int part = 0; part < Type::kSteps; ++part) {
#pragma unroll
      for (int j = 0; j < kStrips; ++j) {
#pragma unroll
        for (int i = 0; i < kPieces; ++i) Type::multiply(sum[i][j], left[i], right[j], part);
      }
    }
    read = read + 1 == kTensorStages ? 0 : read + 1;
    write = write + 1 == kTensorStages ? 0 : write + 1;
  }

  const std::int64_t matrix = static_cast<std::int64_t>(split) * conv.groups + group;
  const int column = blockIdx.y * kWeightTile + warp_column + 2 * t;
#pragma unroll
  for (int i = 0; i < kPieces; ++i) {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int r = blockIdx.x * kWeightTile + warp_row + i * kFragmentM + 8 * half + g;
      if (r >= conv.rows) continue;
      float* to = conv.partial + (matrix * conv.rows + r) * conv.group_oc;
#pragma unroll
      for (int j = 0; j < kStrips; ++j) {
        const int o = column + j * kFragmentN;
        if (o < conv.group_oc) to[o] = sum[i][j][2 * half];
        if (o + 1 < conv.group_oc) to[o + 1] = sum[i][j][2 * half + 1];
      }
    }
  }
}

}  // namespace fastcnn::cuda
