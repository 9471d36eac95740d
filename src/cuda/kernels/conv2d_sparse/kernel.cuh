#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/pixel_origin.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_sparse/conv2d_sparse.h"

namespace fastcnn::cuda {

template <int kPixels_, int kHeight_, bool kVector_>
struct SparseConfig {
  static constexpr int kPixels = kPixels_;
  static constexpr int kHeight = kHeight_;
  static constexpr bool kVector = kVector_;
  // Blocks for which a multiprocessor has registers. Left to itself ptxas spills some for one more.
  static constexpr int kResident = kPixels == 64 && kVector ? 4 : 2;
  static constexpr int kThreads = 32 * kSparseWarps;
  static constexpr int kChannels = kPixels / 2;
  static constexpr int kRows = kChannels / kSparseWarps / kHeight;  // of a warp
  static constexpr int kLanePixels = kPixels / 32;
  // A thread copies four lines of one pixel at a time, of so many pixels, in two steps.
  static constexpr int kCopies = kPixels / 32;

  static_assert(kSparseLines == 2 * 8 * 4, "eight threads copy a pixel in two steps");
  static_assert(kChannels <= kSparseLines, "the result fits where the panel was");
};

// The pixels that one thread copies, panel after panel.
template <typename Config>
struct LineCopier {
  ThreadPixels<Config::kCopies> pixels;

  __device__ __forceinline__ LineCopier(const Conv2dSparse& conv, int first_pixel)
      : pixels(conv, conv.src, first_pixel + static_cast<int>(threadIdx.x) / 8, 32) {}

  __device__ __forceinline__ void copy(const Conv2dSparse& conv, int panel, float* lines) const {
    const int4* const taps = reinterpret_cast<const int4*>(conv.taps);
    float value[2][Config::kCopies][4];
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int four = static_cast<int>(threadIdx.x) % 8 + 8 * half;
      if constexpr (Config::kVector) {
        const int4 tap = taps[panel * (kSparseLines / 4) + four];
#pragma unroll
        for (int i = 0; i < Config::kCopies; ++i) {
          const float4 read = pixels.four(conv, i, tap);
          value[half][i][0] = read.x;
          value[half][i][1] = read.y;
          value[half][i][2] = read.z;
          value[half][i][3] = read.w;
        }
      } else {
#pragma unroll
        for (int r = 0; r < 4; ++r) {
          const int4 tap = taps[panel * kSparseLines + 4 * four + r];
#pragma unroll
          for (int i = 0; i < Config::kCopies; ++i) {
            value[half][i][r] = pixels.one(conv, i, tap);
          }
        }
      }
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const int four = static_cast<int>(threadIdx.x) % 8 + 8 * half;
#pragma unroll
      for (int i = 0; i < Config::kCopies; ++i) {
        const int pixel = static_cast<int>(threadIdx.x) / 8 + 32 * i;
#pragma unroll
        for (int r = 0; r < 4; ++r) {
          lines[sparse_place(4 * four + r, Config::kPixels) ^ pixel] = value[half][i][r];
        }
      }
    }
  }
};

// The neighbouring pixels of one lane.
template <int kCount>
struct LanePixels {
  float value[kCount];

  __device__ __forceinline__ LanePixels(const float* lines, int place) {
    const int at = place ^ static_cast<int>(threadIdx.x) % 32 * kCount;
    if constexpr (kCount == 4) {
      const float4 four = *reinterpret_cast<const float4*>(lines + at);
      value[0] = four.x;
      value[1] = four.y;
      value[2] = four.z;
      value[3] = four.w;
    } else {
      const float2 two = *reinterpret_cast<const float2*>(lines + at);
      value[0] = two.x;
      value[1] = two.y;
    }
  }

  __device__ __forceinline__ void add_to(float (&sum)[kCount], float weight) const {
#pragma unroll
    for (int q = 0; q < kCount; ++q) sum[q] = fmaf(weight, value[q], sum[q]);
  }
};

// What the entries of one row add, which are the same for all lanes of a warp.
template <typename Config>
__device__ __forceinline__ void add_entries(const Conv2dSparse& conv, int2 range,
                                            const float* lines,
                                            float (&sum)[Config::kHeight][Config::kLanePixels]) {
  using Pixels = LanePixels<Config::kLanePixels>;
  if constexpr (Config::kHeight == 1) {
    const int4* const pairs = reinterpret_cast<const int4*>(conv.weights);
#pragma unroll 2
    for (int i = range.x; i < range.y; i += 2) {
      const int4 two = pairs[i / 2];
      Pixels(lines, two.x).add_to(sum[0], __int_as_float(two.y));
      if (i + 1 < range.y) Pixels(lines, two.z).add_to(sum[0], __int_as_float(two.w));
    }
  } else {
#pragma unroll 2
    for (int i = range.x; i < range.y; ++i) {
      const float4 weight = reinterpret_cast<const float4*>(conv.weights)[i];
      const Pixels pixels(lines, conv.places[i]);
      pixels.add_to(sum[0], weight.x);
      pixels.add_to(sum[1], weight.y);
      pixels.add_to(sum[2], weight.z);
      pixels.add_to(sum[3], weight.w);
    }
  }
}

// One block computes kPixels pixels of one tile of channels: lanes are pixels, and every entry is
// read by a whole warp at a time. The result goes out by way of shared memory, so that neighbouring
// threads write neighbouring channels.
// Block 32 kSparseWarps.
// Grid  num_tiles (pixels / kPixels rounded up): tiles of the same pixels are neighbours.
template <typename Config>
__global__ void __launch_bounds__(Config::kThreads, Config::kResident)
    conv2d_sparse_kernel(Conv2dSparse conv) {
  FASTCNN_SHARED(float, lines, [kSparseLines * Config::kPixels]);
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const int tile_index = blockIdx.x % conv.num_tiles;
  const SparseTile tile = conv.tiles[tile_index];
  const int first_pixel = blockIdx.x / conv.num_tiles * Config::kPixels;

  const LineCopier<Config> copier(conv, first_pixel);
  float acc[Config::kRows][Config::kHeight][Config::kLanePixels] = {};
  for (int panel = tile.panel; panel < tile.panel + tile.panels; ++panel) {
    __syncthreads();  // the panel before has been read
    copier.copy(conv, panel, lines);
    __syncthreads();
    const int2* ranges = conv.ranges + (panel * kSparseWarps + warp) * Config::kRows;
#pragma unroll
    for (int row = 0; row < Config::kRows; ++row) {
      add_entries<Config>(conv, ranges[row], lines, acc[row]);
    }
  }

  // Channel c of pixel p lies at [p][c ^ lane of p]: a warp writes 32 pixels to 32 banks, and reads
  // 32 channels from them.
  __syncthreads();
  const std::int32_t* channels_of =
      conv.channels_of + (tile_index * kSparseWarps + warp) * Config::kRows;
#pragma unroll
  for (int row = 0; row < Config::kRows; ++row) {
    const int channel = channels_of[row];
#pragma unroll
    for (int v = 0; v < Config::kHeight; ++v) {
#pragma unroll
      for (int q = 0; q < Config::kLanePixels; ++q) {
        const int pixel = lane * Config::kLanePixels + q;
        lines[pixel * Config::kChannels + ((channel + v) ^ lane)] = acc[row][v][q];
      }
    }
  }
  __syncthreads();
  for (int pixel = warp; pixel < Config::kPixels; pixel += kSparseWarps) {
    if (first_pixel + pixel >= conv.pixels) break;
    const int turn = pixel / Config::kLanePixels;
    const std::int64_t at = static_cast<std::int64_t>(first_pixel + pixel) * conv.oc + tile.channel;
    for (int c = lane; c < tile.channels; c += 32) {
      float y = lines[pixel * Config::kChannels + (c ^ turn)] + conv.bias[tile.channel + c];
      if (conv.residual != nullptr) y += conv.residual[at + c];
      conv.dst[at + c] = clamp(y, conv.low, conv.high);
    }
  }
}

}  // namespace fastcnn::cuda
