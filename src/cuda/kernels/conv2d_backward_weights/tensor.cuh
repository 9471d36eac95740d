#pragma once

#include "cuda/base/fragment.cuh"
#include "cuda/base/pixel_walk.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_backward_weights/kernel.cuh"

namespace fastcnn::cuda {

constexpr int kTensorThreads = 128;

// How four warps, two by two, cover kRows rows of the weights x kWeightTile columns, sixteen pixels
// a step. In shared memory a pixel's rows and columns have eight more: four pixels of eight rows,
// one after another, meet every bank once.
template <typename Type_, int kRows_, bool kVector_>
struct WeightConfig {
  using Type = Type_;
  static constexpr int kRows = kRows_;
  static constexpr bool kVector = kVector_;
  static constexpr int kBytes = kVector ? 16 : 4;  // of a copy
  static constexpr int kStages = kRows == 64 ? 4 : 3;
  static constexpr int kRowPitch = kRows + 8;
  static constexpr int kColumnPitch = kWeightTile + 8;
  static constexpr int kPieces = kRows / 2 / kFragmentM;
  static constexpr int kStrips = kWeightTile / 2 / kFragmentN;

  static_assert(kWeightPixels == kFragmentK, "a step is one fragment deep");
  static_assert(kWeightPixels * (kRowPitch + kColumnPitch) * 4 * kStages <= 49152, "static");
};

// The rows of the image that one thread sees copied: of some pixels of each step, at one tap or
// four channels of it.
template <typename Config>
struct RowLoader {
  static constexpr int kAcross = Config::kRows * 4 / Config::kBytes;
  static constexpr int kApart = kTensorThreads / kAcross;

  OriginWalk walk;  // over this thread's pixels, of one step after another
  int left;         // pixels, from where the walk is
  int4 tap;
  const float* src;

  __device__ __forceinline__ RowLoader(const Conv2dBackwardWeights& conv, int group, int first,
                                       int last)
      : walk(conv, first + threadIdx.x / kAcross, kApart),
        left(last - first - threadIdx.x / kAcross),
        src(conv.src + group * conv.group_channels) {
    const int row = blockIdx.x * Config::kRows + threadIdx.x % kAcross * (Config::kBytes / 4);
    tap = row < conv.rows
              ? reinterpret_cast<const int4*>(conv.taps)[Config::kVector ? row / 4 : row]
              : make_int4(kNoTap, kNoTap, 0, 0);
  }

  __device__ __forceinline__ void copy(const Conv2dBackwardWeights& conv, float* tile) {
    float* to = tile + threadIdx.x / kAcross * Config::kRowPitch +
                threadIdx.x % kAcross * (Config::kBytes / 4);
#pragma unroll
    for (int i = 0; i < kWeightPixels / kApart; ++i) {
      const bool hit = left > 0 &&
                       static_cast<unsigned>(walk.y + tap.x) < static_cast<unsigned>(conv.h) &&
                       static_cast<unsigned>(walk.x + tap.y) < static_cast<unsigned>(conv.w);
      const std::uint32_t offset = walk.offset + static_cast<std::uint32_t>(tap.z);
      ptx::cp_async<Config::kBytes>(to + i * kApart * Config::kRowPitch, src + offset, hit);
      walk.advance();
      left -= kApart;
    }
  }
};

// The columns of the gradient, likewise.
template <typename Config>
struct ColumnLoader {
  static constexpr int kAcross = kWeightTile * 4 / Config::kBytes;
  static constexpr int kApart = kTensorThreads / kAcross;

  int left;
  bool there;
  const float* grad;

  __device__ __forceinline__ ColumnLoader(const Conv2dBackwardWeights& conv, int group, int first,
                                          int last)
      : left(last - first - threadIdx.x / kAcross) {
    const int column = blockIdx.y * kWeightTile + threadIdx.x % kAcross * (Config::kBytes / 4);
    const std::int64_t pixel = first + threadIdx.x / kAcross;
    there = column < conv.group_oc;
    grad = conv.grad + pixel * conv.oc + group * conv.group_oc + column;
  }

  __device__ __forceinline__ void copy(const Conv2dBackwardWeights& conv, float* tile) {
    float* to = tile + threadIdx.x / kAcross * Config::kColumnPitch +
                threadIdx.x % kAcross * (Config::kBytes / 4);
#pragma unroll
    for (int i = 0; i < kWeightPixels / kApart; ++i) {
      ptx::cp_async<Config::kBytes>(to + i * kApart * Config::kColumnPitch, grad,
                                    there && left > 0);
      left -= kApart;
      grad += kApart * conv.oc;
    }
  }
};

// Which of a warp's rows or columns is line g of its fragment `i` of `count`, kFragmentN lines
// each.
template <bool kNeighbours>
__device__ __forceinline__ int line_of(int g, int i, int count) {
  return kNeighbours ? g * count + i : g + i * kFragmentN;
}

// Lines g of kCount fragments, at one pixel.
template <bool kNeighbours, int kCount>
__device__ __forceinline__ void read_lines(float (&value)[kCount], const float* tile, int g) {
  const float* from = tile + line_of<kNeighbours>(g, 0, kCount);
  if constexpr (kNeighbours && kCount == 2) {
    const float2 two = *reinterpret_cast<const float2*>(from);
    value[0] = two.x, value[1] = two.y;
  } else if constexpr (kNeighbours && kCount == 4) {
    const float4 four = *reinterpret_cast<const float4*>(from);
    value[0] = four.x, value[1] = four.y, value[2] = four.z, value[3] = four.w;
  } else {
#pragma unroll
    for (int i = 0; i < kCount; ++i) value[i] = from[i * kFragmentN];
  }
}

// The part of the tile that one warp computes.
template <typename Config>
struct WarpWeights {
  using Type = typename Config::Type;
  static constexpr bool kNeighbours = Type::kNeighbours;

  float sum[Config::kPieces][Config::kStrips][4] = {};

  // Adds one step's product. `image` and `grad` are at the warp's first row and column.
  __device__ __forceinline__ void multiply(const float* image, const float* grad, int g, int t) {
    float rows[4][2][Config::kPieces];  // of pixels t, t + 4, ..; lines g and g + 8
    float columns[4][Config::kStrips];
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const float* at = image + (t + 4 * k) * Config::kRowPitch;
      if constexpr (kNeighbours) {
        read_lines<true>(rows[k][0], at, g);
        read_lines<true>(rows[k][1], at + Config::kPieces * kFragmentN, g);
      } else {
        float lines[2 * Config::kPieces];
        read_lines<false>(lines, at, g);
#pragma unroll
        for (int i = 0; i < 2 * Config::kPieces; ++i) rows[k][i % 2][i / 2] = lines[i];
      }
      read_lines<kNeighbours>(columns[k], grad + (t + 4 * k) * Config::kColumnPitch, g);
    }
    typename Type::Left left[Config::kPieces];
    typename Type::Weights right[Config::kStrips];
#pragma unroll
    for (int i = 0; i < Config::kPieces; ++i) {
      left[i] = Type::join({rows[0][0][i], rows[1][0][i], rows[2][0][i], rows[3][0][i]},
                           {rows[0][1][i], rows[1][1][i], rows[2][1][i], rows[3][1][i]});
    }
#pragma unroll
    for (int j = 0; j < Config::kStrips; ++j) {
      right[j] = Type::weights({columns[0][j], columns[1][j], columns[2][j], columns[3][j]});
    }
#pragma unroll
    for (int part = 0; part < Type::kSteps; ++part) {
#pragma unroll
      for (int j = 0; j < Config::kStrips; ++j) {
#pragma unroll
        for (int i = 0; i < Config::kPieces; ++i) {
          Type::multiply(sum[i][j], left[i], right[j], part);
        }
      }
    }
  }

  // `row` and `column` are the warp's first, `to` is the part's matrix.
  __device__ __forceinline__ void put(const Conv2dBackwardWeights& conv, float* to, int row,
                                      int column, int g, int t) const {
#pragma unroll
    for (int i = 0; i < Config::kPieces; ++i) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int line =
            kNeighbours ? half * Config::kPieces * kFragmentN + line_of<true>(g, i, Config::kPieces)
                        : i * kFragmentM + half * 8 + g;
        if (row + line >= conv.rows) continue;
        float* const of_row = to + static_cast<std::int64_t>(row + line) * conv.group_oc;
#pragma unroll
        for (int j = 0; j < Config::kStrips; ++j) {
#pragma unroll
          for (int e = 0; e < 2; ++e) {
            const int o = column + line_of<kNeighbours>(2 * t + e, j, Config::kStrips);
            if (o < conv.group_oc) of_row[o] = sum[i][j][2 * half + e];
          }
        }
      }
    }
  }
};

// As conv2d_backward_weights_kernel, kRows rows a block.
// Block kTensorThreads.
// Grid  (rows / kRows, group_oc / kWeightTile, groups splits), rounded up.
template <typename Config>
__global__ void __launch_bounds__(kTensorThreads)
    conv2d_backward_weights_tensor_kernel(Conv2dBackwardWeights conv) {
  constexpr int kStages = Config::kStages;
  FASTCNN_SHARED(float, image_tile, [kStages][kWeightPixels * Config::kRowPitch]);
  FASTCNN_SHARED(float, grad_tile, [kStages][kWeightPixels * Config::kColumnPitch]);
  const int group = blockIdx.z / conv.splits;
  const int split = blockIdx.z % conv.splits;
  const int first = split * conv.split_pixels;
  const int last = min(first + conv.split_pixels, conv.pixels);
  const int steps = (last - first + kWeightPixels - 1) / kWeightPixels;
  const int g = threadIdx.x % 32 / 4;
  const int t = threadIdx.x % 4;
  const int warp_row = threadIdx.x / 64 * (Config::kRows / 2);
  const int warp_column = threadIdx.x / 32 % 2 * (kWeightTile / 2);

  RowLoader<Config> rows(conv, group, first, last);
  ColumnLoader<Config> columns(conv, group, first, last);
#pragma unroll
  for (int stage = 0; stage < kStages - 1; ++stage) {
    if (stage < steps) {
      rows.copy(conv, image_tile[stage]);
      columns.copy(conv, grad_tile[stage]);
    }
    ptx::cp_async_commit();
  }
  WarpWeights<Config> warp;
  int read = 0;
  int write = kStages - 1;
  for (int step = 0; step < steps; ++step) {
    ptx::cp_async_wait<kStages - 2>();
    // One barrier a step: behind it the copies of all threads are there, and the stage that is
    // copied to next has been read by all.
    __syncthreads();
    if (step + kStages - 1 < steps) {
      rows.copy(conv, image_tile[write]);
      columns.copy(conv, grad_tile[write]);
    }
    ptx::cp_async_commit();
    warp.multiply(image_tile[read] + warp_row, grad_tile[read] + warp_column, g, t);
    read = read + 1 == kStages ? 0 : read + 1;
    write = write + 1 == kStages ? 0 : write + 1;
  }

  const std::int64_t matrix = static_cast<std::int64_t>(split) * conv.groups + group;
  warp.put(conv, conv.partial + matrix * conv.rows * conv.group_oc,
           blockIdx.x * Config::kRows + warp_row, blockIdx.y * kWeightTile + warp_column, g, t);
}

}  // namespace fastcnn::cuda
