#pragma once

#include "cuda/base/fragment.cuh"
#include "cuda/base/pixel_origin.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_backward_weights/kernel.cuh"

namespace fastcnn::cuda {

constexpr int kTensorThreads = 128;

// How four warps, two by two, cover kRows rows of the weights x kWeightTile columns, sixteen pixels
// a step. In shared memory a pixel's rows and columns have some more: what lanes read together, of
// four pixels, meets every bank once.
template <typename Type_, int kRows_>
struct WeightConfig {
  using Type = Type_;
  static constexpr int kRows = kRows_;
  static constexpr int kStages = kRows == 64 ? 4 : 3;
  static constexpr int kAhead = kStages - 1;  // steps that are copied ahead
  static constexpr int kTurns = 2;            // through all stages, of a chunk
  static constexpr int kChunkSteps = kTurns * kStages;
  static constexpr int kChunkPixels = kChunkSteps * kWeightPixels;
  static constexpr int kRowPitch = kRows + 8;
  static constexpr int kColumnPitch = kWeightTile + (Type::kNeighbours ? 4 : 8);
  static constexpr int kPieces = kRows / 2 / kFragmentM;
  static constexpr int kStrips = kWeightTile / 2 / kFragmentN;

  static_assert(kWeightPixels == kFragmentK, "a step is one fragment deep");
  static_assert(kChunkPixels <= kTensorThreads, "a thread finds one pixel of a chunk");
  static_assert(kWeightPixels * (kRowPitch + kColumnPitch) * 4 * kStages + 8 * kChunkPixels <=
                    49152,
                "static shared memory");
};

// What all threads are told of the pixels of a chunk: .x elements before the pixel's origin, .y the
// lines of taps that it misses, all where it is not of this block's part.
using ChunkPixel = uint2;

// Finds this thread's of the pixels from `pixel` on.
template <typename Config>
__device__ __forceinline__ void find_pixels(const Conv2dBackwardWeightsTensor& conv, int pixel,
                                            int first, int last, ChunkPixel* chunk) {
  if (threadIdx.x >= Config::kChunkPixels) return;
  const int p = pixel + static_cast<int>(threadIdx.x);
  ChunkPixel found = {0, ~0u};
  if (p >= first && p < last) {
    const PixelOrigin origin(conv, p);
    found = {static_cast<std::uint32_t>(origin.offset), missed_lines(conv, origin)};
  }
  chunk[threadIdx.x] = found;
}

// The rows of the image that one thread sees copied: of some pixels of each step, at four channels
// of one tap.
template <typename Config>
struct RowLoader {
  static constexpr int kAcross = Config::kRows / 4;
  static constexpr int kApart = kTensorThreads / kAcross;

  std::uint32_t tap_offset;
  std::uint32_t tap_lines;
  int from, to;  // bytes of a step's pixels, and of a tile, before this thread's

  __device__ __forceinline__ RowLoader(const Conv2dBackwardWeightsTensor& conv, int group)
      : from(ptx::kept(threadIdx.x / kAcross * static_cast<int>(sizeof(ChunkPixel)))),
        to(ptx::kept((threadIdx.x / kAcross * Config::kRowPitch + threadIdx.x % kAcross * 4) * 4)) {
    const int row = blockIdx.x * Config::kRows + threadIdx.x % kAcross * 4;
    int4 tap = make_int4(0, 0, 0, static_cast<int>(kNoLine));
    if (row < conv.rows) tap = reinterpret_cast<const int4*>(conv.taps)[row / 4];
    tap_offset = static_cast<std::uint32_t>(tap.z) + group * conv.group_channels;
    tap_lines = static_cast<std::uint32_t>(tap.w);
  }

  // `pixels` are those of the step.
  __device__ __forceinline__ void copy(const Conv2dBackwardWeightsTensor& conv,
                                       const ChunkPixel* pixels, float* tile) const {
#pragma unroll
    for (int i = 0; i < kWeightPixels; i += kApart) {
      const ChunkPixel of = *ptx::byte_at(pixels + i, from);
      ptx::cp_async<16>(ptx::byte_at(tile + i * Config::kRowPitch, to),
                        conv.src + (of.x + tap_offset), reads(of.y, tap_lines));
    }
  }
};

// The columns of the gradient, likewise.
template <typename Config>
struct ColumnLoader {
  static constexpr int kAcross = kWeightTile / 4;
  static constexpr int kApart = kTensorThreads / kAcross;

  int left;              // pixels, from this thread's first of the next step on
  std::uint32_t offset;  // elements before that
  std::uint32_t apart, step;
  int to;  // bytes of a tile before this thread's

  __device__ __forceinline__ ColumnLoader(const Conv2dBackwardWeightsTensor& conv, int group,
                                          int first, int last)
      : left(last - first - threadIdx.x / kAcross),
        apart(static_cast<std::uint32_t>(kApart) * conv.oc),
        step(static_cast<std::uint32_t>(kWeightPixels) * conv.oc),
        to(ptx::kept((threadIdx.x / kAcross * Config::kColumnPitch + threadIdx.x % kAcross * 4) *
                     4)) {
    const int column = blockIdx.y * kWeightTile + threadIdx.x % kAcross * 4;
    if (column >= conv.group_oc) left = 0;
    offset = (first + threadIdx.x / kAcross) * static_cast<std::uint32_t>(conv.oc) +
             group * conv.group_oc + column;
  }

  __device__ __forceinline__ void copy(const Conv2dBackwardWeightsTensor& conv, float* tile) {
#pragma unroll
    for (int i = 0; i < kWeightPixels / kApart; ++i) {
      ptx::cp_async<16>(ptx::byte_at(tile + i * kApart * Config::kColumnPitch, to),
                        conv.grad + (offset + i * apart), left > i * kApart);
    }
    left -= kWeightPixels;
    offset += step;
  }
};

// Which of a warp's rows is line g of its fragment `i` of `count`, kFragmentN lines each; and which
// of its columns: neighbours of all fragments lie in a row, and so do those that lanes write
// together, of lines 0, 2, 4, 6 or of 1, 3, 5, 7.
template <bool kNeighbours>
__device__ __forceinline__ int row_of(int g, int i, int count) {
  return kNeighbours ? g * count + i : g + i * kFragmentN;
}
template <bool kNeighbours>
__device__ __forceinline__ int column_of(int g, int i, int count) {
  return kNeighbours ? (g % 2 * (kFragmentN / 2) + g / 2) * count + i : g + i * kFragmentN;
}

// One line of kCount fragments, the first at `from`, at one pixel.
template <bool kNeighbours, int kCount>
__device__ __forceinline__ void read_lines(float (&value)[kCount], const float* from) {
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

  int row_bytes, column_bytes;  // of a tile before what the lane reads

  // Of the warp at `row` and `column` of the tile.
  __device__ __forceinline__ WarpWeights(int row, int column, int g, int t)
      : row_bytes(ptx::kept(
            (t * Config::kRowPitch + row + row_of<kNeighbours>(g, 0, Config::kPieces)) * 4)),
        column_bytes(ptx::kept(
            (t * Config::kColumnPitch + column + column_of<kNeighbours>(g, 0, Config::kStrips)) *
            4)) {}

  // Adds one step's product.
  __device__ __forceinline__ void multiply(const float* image, const float* grad) {
    float rows[4][2][Config::kPieces];  // of pixels t, t + 4, ..; lines g and g + 8
    float columns[4][Config::kStrips];
#pragma unroll
    for (int k = 0; k < 4; ++k) {
      const float* at = ptx::byte_at(image + 4 * k * Config::kRowPitch, row_bytes);
      if constexpr (kNeighbours) {
        read_lines<true>(rows[k][0], at);
        read_lines<true>(rows[k][1], at + Config::kPieces * kFragmentN);
      } else {
        float lines[2 * Config::kPieces];
        read_lines<false>(lines, at);
#pragma unroll
        for (int i = 0; i < 2 * Config::kPieces; ++i) rows[k][i % 2][i / 2] = lines[i];
      }
      read_lines<kNeighbours>(columns[k],
                              ptx::byte_at(grad + 4 * k * Config::kColumnPitch, column_bytes));
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
  __device__ __forceinline__ void put(const Conv2dBackwardWeightsTensor& conv, float* to, int row,
                                      int column, int g, int t) const {
#pragma unroll
    for (int i = 0; i < Config::kPieces; ++i) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int line =
            kNeighbours ? half * Config::kPieces * kFragmentN + row_of<true>(g, i, Config::kPieces)
                        : i * kFragmentM + half * 8 + g;
        if (row + line >= conv.rows) continue;
        float* const of_row = to + static_cast<std::int64_t>(row + line) * conv.group_oc;
        put_row(of_row, conv.group_oc, column, i, half, t);
      }
    }
  }

 private:
  // There are a multiple of four columns.
  __device__ __forceinline__ void put_row(float* to, int columns, int column, int i, int half,
                                          int t) const {
    if constexpr (kNeighbours) {
      static_assert(Config::kStrips == 4, "neighbours are written together");
#pragma unroll
      for (int e = 0; e < 2; ++e) {
        const int o = column + column_of<true>(2 * t + e, 0, Config::kStrips);
        if (o < columns) {
          *reinterpret_cast<float4*>(to + o) =
              make_float4(sum[i][0][2 * half + e], sum[i][1][2 * half + e], sum[i][2][2 * half + e],
                          sum[i][3][2 * half + e]);
        }
      }
    } else {
#pragma unroll
      for (int j = 0; j < Config::kStrips; ++j) {
        const int o = column + column_of<false>(2 * t, j, Config::kStrips);
        if (o < columns) {
          *reinterpret_cast<float2*>(to + o) =
              make_float2(sum[i][j][2 * half], sum[i][j][2 * half + 1]);
        }
      }
    }
  }
};

// As conv2d_backward_weights_kernel, kRows rows a block. Where pixels lie is found once for all
// threads, a chunk of steps ahead.
// Block kTensorThreads.
// Grid  (rows / kRows, group_oc / kWeightTile, groups splits), rounded up.
template <typename Config>
__global__ void __launch_bounds__(kTensorThreads)
    conv2d_backward_weights_tensor_kernel(Conv2dBackwardWeightsTensor conv) {
  constexpr int kStages = Config::kStages;
  constexpr int kAhead = Config::kAhead;
  FASTCNN_SHARED(float, image_tile, [kStages][kWeightPixels * Config::kRowPitch]);
  FASTCNN_SHARED(float, grad_tile, [kStages][kWeightPixels * Config::kColumnPitch]);
  FASTCNN_SHARED(ChunkPixel, pixels, [Config::kChunkPixels]);
  const int group = blockIdx.z / conv.splits;
  const int split = blockIdx.z % conv.splits;
  const int first = split * conv.split_pixels;
  const int last = min(first + conv.split_pixels, conv.pixels);
  const int steps = (last - first + kWeightPixels - 1) / kWeightPixels;
  const int g = threadIdx.x % 32 / 4;
  const int t = threadIdx.x % 4;
  const int warp_row = threadIdx.x / 64 * (Config::kRows / 2);
  const int warp_column = threadIdx.x / 32 % 2 * (kWeightTile / 2);

  // Chunks begin with the first step that the loop copies; those before it end another.
  int chunk_pixel = first + kAhead * kWeightPixels;
  find_pixels<Config>(conv, chunk_pixel - Config::kChunkPixels, first, last, pixels);
  __syncthreads();
  RowLoader<Config> rows(conv, group);
  ColumnLoader<Config> columns(conv, group, first, last);
#pragma unroll
  for (int stage = 0; stage < kAhead; ++stage) {
    if (stage < steps) {
      rows.copy(conv, pixels + (Config::kChunkSteps - kAhead + stage) * kWeightPixels,
                image_tile[stage]);
      columns.copy(conv, grad_tile[stage]);
    }
    ptx::cp_async_commit();
  }
  WarpWeights<Config> warp(warp_row, warp_column, g, t);
  for (int left = steps; left > 0;) {
    __syncthreads();  // all have copied what they were told of
    find_pixels<Config>(conv, chunk_pixel, first, last, pixels);
    chunk_pixel += Config::kChunkPixels;
    const ChunkPixel* turn_pixels = pixels;
    // A turn goes through all stages, so that the compiler knows where each lies.
#pragma unroll 1
    for (int turn = 0; turn < Config::kTurns; ++turn) {
#pragma unroll
      for (int stage = 0; stage < kStages; ++stage) {
        if (left <= stage) break;
        ptx::cp_async_wait<kStages - 2>();
        // One barrier a step: behind it the copies of all threads are there, and the stage that is
        // copied to next has been read by all.
        __syncthreads();
        if (left > stage + kAhead) {
          const int write = (stage + kAhead) % kStages;
          rows.copy(conv, turn_pixels + stage * kWeightPixels, image_tile[write]);
          columns.copy(conv, grad_tile[write]);
        }
        ptx::cp_async_commit();
        warp.multiply(image_tile[stage], grad_tile[stage]);
      }
      left -= kStages;
      turn_pixels += kStages * kWeightPixels;
    }
  }

  const std::int64_t matrix = static_cast<std::int64_t>(split) * conv.groups + group;
  warp.put(conv, conv.partial + matrix * conv.rows * conv.group_oc,
           blockIdx.x * Config::kRows + warp_row, blockIdx.y * kWeightTile + warp_column, g, t);
}

}  // namespace fastcnn::cuda
