#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/pixel_origin.cuh"
#include "cuda/base/place.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_gemm/conv2d_gemm.h"

namespace fastcnn::cuda {

// How a block of 16 x 16 threads covers the product: each thread computes kPixels x 4 of dst, and
// the block walks down the rows of the weights in steps of kBlockK.
template <int kPixels_, bool kVector_>
struct Conv2dGemmConfig {
  static constexpr int kPixels = kPixels_;
  static constexpr bool kVector = kVector_;
  static constexpr int kThreads = 256;
  static constexpr int kBlockM = 16 * kPixels;
  static constexpr int kBlockN = 64;
  static constexpr int kBlockK = 16;
  // Blocks for which a multiprocessor has registers. Left to itself ptxas spills some for one more.
  static constexpr int kResident = kPixels == 8 ? 2 : kVector ? 4 : 3;
  // A thread loads four rows of one pixel at a time, of so many pixels.
  static constexpr int kLoads = kBlockM * kBlockK / 4 / kThreads;
  static constexpr int kLoadStride = kThreads / 4;

  static_assert(kBlockM % 32 == 0, "the swizzle moves runs of 8 pixels among 32");
  static_assert(kPixels % 4 == 0, "a thread reads its pixels four at a time");
  static_assert(kLoads * kLoadStride == kBlockM, "every pixel is loaded once");
  static_assert(kRowMultiple % kBlockK == 0, "the weights end with a whole step");
};

// Where pixel m of row k lies in shared memory. A warp stores 8 pixels x 4 rows with k / 4
// differing: the exclusive or sends them to 32 different banks.
__device__ __forceinline__ int swizzle(int k, int m) { return m ^ ((k >> 2 & 3) << 3); }

// The step of the image matrix that one thread carries from global to shared memory.
template <typename Config>
struct ImageLoader {
  int row;    // the first of four in a step
  int pixel;  // the first of kLoads in the block
  ThreadPixels<Config::kLoads> pixels;
  float value[Config::kLoads][4];

  __device__ __forceinline__ ImageLoader(const Conv2dGemm& conv, int thread)
      : row(thread % 4 * 4),
        pixel(thread / 4),
        pixels(conv, conv.src + blockIdx.z * conv.group_channels,
               blockIdx.x * Config::kBlockM + pixel, Config::kLoadStride) {}

  __device__ __forceinline__ void load(const Conv2dGemm& conv, int first_row) {
    if constexpr (Config::kVector) {
      const int4 tap = reinterpret_cast<const int4*>(conv.taps)[(first_row + row) / 4];
#pragma unroll
      for (int i = 0; i < Config::kLoads; ++i) {
        const float4 four = pixels.four(conv, i, tap);
        value[i][0] = four.x;
        value[i][1] = four.y;
        value[i][2] = four.z;
        value[i][3] = four.w;
      }
    } else {
#pragma unroll
      for (int r = 0; r < 4; ++r) {
        const int4 tap = reinterpret_cast<const int4*>(conv.taps)[first_row + row + r];
#pragma unroll
        for (int i = 0; i < Config::kLoads; ++i) value[i][r] = pixels.one(conv, i, tap);
      }
    }
  }

  __device__ __forceinline__ void store(float (&tile)[Config::kBlockK][Config::kBlockM]) const {
#pragma unroll
    for (int i = 0; i < Config::kLoads; ++i) {
#pragma unroll
      for (int r = 0; r < 4; ++r) {
        tile[row + r][swizzle(row, pixel + i * Config::kLoadStride)] = value[i][r];
      }
    }
  }
};

// Bias, residual and activation of one element of dst, or of four in a row.
__device__ __forceinline__ void finish_one(const Conv2dGemm& conv, float sum, std::int64_t at,
                                           int o) {
  float y = sum;
  if (conv.bias != nullptr) y += conv.bias[o];
  if (conv.residual != nullptr) y += conv.residual[at];
  conv.dst[at] = clamp(y, conv.low, conv.high);
}

__device__ __forceinline__ void finish_four(const Conv2dGemm& conv, const float (&sum)[4],
                                            std::int64_t at, int o) {
  float4 y = make_float4(sum[0], sum[1], sum[2], sum[3]);
  if (conv.bias != nullptr) {
    const float4 bias = *reinterpret_cast<const float4*>(conv.bias + o);
    y = make_float4(y.x + bias.x, y.y + bias.y, y.z + bias.z, y.w + bias.w);
  }
  if (conv.residual != nullptr) {
    const float4 more = *reinterpret_cast<const float4*>(conv.residual + at);
    y = make_float4(y.x + more.x, y.y + more.y, y.z + more.z, y.w + more.w);
  }
  *reinterpret_cast<float4*>(conv.dst + at) =
      make_float4(clamp(y.x, conv.low, conv.high), clamp(y.y, conv.low, conv.high),
                  clamp(y.z, conv.low, conv.high), clamp(y.w, conv.low, conv.high));
}

// One block computes kBlockM pixels x kBlockN channels of one group.
// Block 256.
// Grid  (pixels / kBlockM, group_oc / kBlockN, groups), rounded up.
template <typename Config>
__global__ void __launch_bounds__(Config::kThreads, Config::kResident)
    conv2d_gemm_kernel(Conv2dGemm conv) {
  FASTCNN_SHARED(float, image_tile, [2][Config::kBlockK][Config::kBlockM]);
  FASTCNN_SHARED(float, weight_tile, [2][Config::kBlockK][Config::kBlockN]);
  const int thread = threadIdx.x;
  const int column = thread % 16 * 4;               // of the block's channels, four a thread
  const int pixel = thread / 16 * Config::kPixels;  // of the block's pixels

  ImageLoader<Config> loader(conv, thread);
  // Each thread loads four weights a step: row thread / 16, the columns that it computes.
  const int weight_column = blockIdx.y * Config::kBlockN + column;
  const bool has_weights = weight_column < conv.columns;
  const float* weights =
      conv.weights +
      (static_cast<std::int64_t>(blockIdx.z) * conv.rows + thread / 16) * conv.columns +
      weight_column;
  const std::int64_t weight_step = static_cast<std::int64_t>(Config::kBlockK) * conv.columns;
  const float4 zero = make_float4(0.0f, 0.0f, 0.0f, 0.0f);

  loader.load(conv, 0);
  float4 weight = has_weights ? *reinterpret_cast<const float4*>(weights) : zero;
  float acc[Config::kPixels][4] = {};
  for (int first_row = 0, stage = 0; first_row < conv.rows; first_row += Config::kBlockK) {
    loader.store(image_tile[stage]);
    *reinterpret_cast<float4*>(&weight_tile[stage][thread / 16][column]) = weight;
    // One barrier a step: a warp that runs ahead writes the other stage, which nobody reads until
    // all have passed the next barrier.
    __syncthreads();
    if (first_row + Config::kBlockK < conv.rows) {
      loader.load(conv, first_row + Config::kBlockK);
      weights += weight_step;
      if (has_weights) weight = *reinterpret_cast<const float4*>(weights);
    }
#pragma unroll
    for (int k = 0; k < Config::kBlockK; ++k) {
      const float4 w = *reinterpret_cast<const float4*>(&weight_tile[stage][k][column]);
#pragma unroll
      for (int four = 0; four < Config::kPixels; four += 4) {
        const float4 s =
            *reinterpret_cast<const float4*>(&image_tile[stage][k][swizzle(k, pixel + four)]);
        const float pixels[4] = {s.x, s.y, s.z, s.w};
#pragma unroll
        for (int m = 0; m < 4; ++m) {
          acc[four + m][0] = fmaf(pixels[m], w.x, acc[four + m][0]);
          acc[four + m][1] = fmaf(pixels[m], w.y, acc[four + m][1]);
          acc[four + m][2] = fmaf(pixels[m], w.z, acc[four + m][2]);
          acc[four + m][3] = fmaf(pixels[m], w.w, acc[four + m][3]);
        }
      }
    }
    stage ^= 1;
  }

  if (weight_column >= conv.group_oc) return;
  const int o = blockIdx.z * conv.group_oc + weight_column;
  const bool whole = (conv.oc | conv.group_oc) % 4 == 0;  // then four channels are one access
#pragma unroll
  for (int m = 0; m < Config::kPixels; ++m) {
    const int p = blockIdx.x * Config::kBlockM + pixel + m;
    if (p >= conv.pixels) break;
    const std::int64_t at = place(conv, p) * conv.oc + o;
    if (whole) {
      finish_four(conv, acc[m], at, o);
    } else {
      const int count = min(4, conv.group_oc - weight_column);
#pragma unroll
      for (int n = 0; n < 4; ++n) {
        if (n < count) finish_one(conv, acc[m][n], at + n, o + n);
      }
    }
  }
}

}  // namespace fastcnn::cuda
