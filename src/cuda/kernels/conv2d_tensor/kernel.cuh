#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/place.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_tensor/config.cuh"
#include "cuda/kernels/conv2d_tensor/conv2d_tensor.h"
#include "cuda/kernels/conv2d_tensor/tile_loader.cuh"

namespace fastcnn::cuda {

// The part of the tile that one warp computes.
template <typename Config>
struct WarpTile {
  using Type = typename Config::Type;

  float sum[Config::kPieces][Config::kStrips][4] = {};

  // Adds the product of one step. The lane reads `bytes` into each tile.
  __device__ __forceinline__ void multiply(const float* image, const int (&image_bytes)[2],
                                           const typename Config::Weights* weights,
                                           int weight_bytes) {
    typename Type::Left left[Config::kPieces];
#pragma unroll
    for (int i = 0; i < Config::kPieces; ++i) {
      const float* piece = image + i * kFragmentM * Config::kBlockK;
      left[i] =
          Type::left(ptx::byte_at(piece, image_bytes[0]), ptx::byte_at(piece, image_bytes[1]));
    }
    typename Config::Weights right[Config::kStrips];
#pragma unroll
    for (int j = 0; j < Config::kStrips; ++j) {
      right[j] = *ptx::byte_at(weights + j * 32, weight_bytes);
    }
    // Neighbours add to different sums: none waits for the one before it.
#pragma unroll
    for (int step = 0; step < Type::kSteps; ++step) {
#pragma unroll
      for (int j = 0; j < Config::kStrips; ++j) {
#pragma unroll
        for (int i = 0; i < Config::kPieces; ++i) {
          Type::multiply(sum[i][j], left[i], right[j], step);
        }
      }
    }
  }

  // Bias, residual and activation. `p` and `o` are the lane's first pixel and channel, `column` is
  // `o` within the group.
  __device__ __forceinline__ void finish(const Conv2dTensor& conv, int p, int column) const {
    const bool pairs = (conv.oc | conv.group_oc) % 2 == 0;  // then two channels are one access
    const int first = blockIdx.z * conv.group_oc;
    std::int64_t row[Config::kPieces][2];
#pragma unroll
    for (int i = 0; i < Config::kPieces; ++i) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int pixel = p + i * kFragmentM + half * 8;
        row[i][half] = pixel < conv.pixels ? place(conv, pixel) * conv.oc + first : -1;
      }
    }
#pragma unroll
    for (int j = 0; j < Config::kStrips; ++j) {
      const int o = column + j * kFragmentN;
      if (o >= conv.group_oc) break;
      const bool both = o + 1 < conv.group_oc;
      float2 bias = make_float2(0.0f, 0.0f);
      if (conv.bias != nullptr) {
        bias.x = conv.bias[first + o];
        if (both) bias.y = conv.bias[first + o + 1];
      }
#pragma unroll
      for (int i = 0; i < Config::kPieces; ++i) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
          if (row[i][half] < 0) continue;
          const float2 y =
              make_float2(sum[i][j][2 * half] + bias.x, sum[i][j][2 * half + 1] + bias.y);
          if (pairs) {
            put_two(conv, row[i][half] + o, y);
          } else {
            put_one(conv, row[i][half] + o, y.x);
            if (both) put_one(conv, row[i][half] + o + 1, y.y);
          }
        }
      }
    }
  }

  static __device__ __forceinline__ void put_one(const Conv2dTensor& conv, std::int64_t at,
                                                 float y) {
    if (conv.residual != nullptr) y += conv.residual[at];
    conv.dst[at] = clamp(y, conv.low, conv.high);
  }

  static __device__ __forceinline__ void put_two(const Conv2dTensor& conv, std::int64_t at,
                                                 float2 y) {
    if (conv.residual != nullptr) {
      const float2 more = *reinterpret_cast<const float2*>(conv.residual + at);
      y = make_float2(y.x + more.x, y.y + more.y);
    }
    *reinterpret_cast<float2*>(conv.dst + at) =
        make_float2(clamp(y.x, conv.low, conv.high), clamp(y.y, conv.low, conv.high));
  }
};

// One block computes kBlockM pixels x kBlockN channels of one group.
// Block kThreads.
// Grid  (pixels / kBlockM, group_oc / kBlockN, groups), rounded up.
template <typename Config>
__global__ void __launch_bounds__(Config::kThreads) conv2d_tensor_kernel(Conv2dTensor conv) {
  using Weights = typename Config::Weights;
  FASTCNN_SHARED(float, image_tile, [Config::kStages][Config::kBlockM * Config::kBlockK]);
  FASTCNN_SHARED(Weights, weight_tile, [Config::kStages][Config::kBlockStrips * 32]);
  const int lane = threadIdx.x % 32;
  const int warp_row = threadIdx.x / 64 * Config::kWarpM;
  const int warp_column = threadIdx.x / 32 % 2 * Config::kWarpN;
  const int first = warp_row * Config::kBlockK;
  const int image_bytes[2] = {ptx::kept((first + Config::Type::offset(lane, 0)) * 4),
                              ptx::kept((first + Config::Type::offset(lane, 1)) * 4)};
  const int weight_bytes =
      ptx::kept((warp_column / kFragmentN * 32 + lane) * static_cast<int>(sizeof(Weights)));
  const int steps = conv.rows / Config::kBlockK;
  constexpr int kAhead = Config::kStages - 1;  // steps

  TileLoader<Config> loader(conv);
#pragma unroll
  for (int stage = 0; stage < kAhead; ++stage) {
    if (stage < steps) {
      loader.copy(conv, stage, image_tile[stage], reinterpret_cast<char*>(weight_tile[stage]));
    }
    ptx::cp_async_commit();
  }
  loader.advance(kAhead);
  WarpTile<Config> tile;
  // A turn goes through all stages, so that the compiler knows where each lies.
  for (int left = steps; left > 0; left -= Config::kStages) {
#pragma unroll
    for (int stage = 0; stage < Config::kStages; ++stage) {
      if (left <= stage) break;
      ptx::cp_async_wait<Config::kStages - 2>();
      // One barrier a step: behind it the copies of all threads are there, and the stage that is
      // copied to next has been read by all.
      __syncthreads();
      if (left > stage + kAhead) {
        const int write = (stage + kAhead) % Config::kStages;
        loader.copy(conv, stage, image_tile[write], reinterpret_cast<char*>(weight_tile[write]));
      }
      ptx::cp_async_commit();
      tile.multiply(image_tile[stage], image_bytes, weight_tile[stage], weight_bytes);
    }
    loader.advance(Config::kStages);
  }
  tile.finish(conv, blockIdx.x * Config::kBlockM + warp_row + lane / 4,
              blockIdx.y * Config::kBlockN + warp_column + lane % 4 * 2);
}

}  // namespace fastcnn::cuda
