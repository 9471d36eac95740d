#pragma once

#include "cuda/base/fragment.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/pack_weights/pack_weights.h"

namespace fastcnn::cuda {

constexpr int kPackThreads = 256;

// The weight of a group's row and column, 0 past the last of either.
__device__ __forceinline__ float weight_at(const PackWeights& pack, int group, int row,
                                           int column) {
  const int tap = row / pack.pitch;
  const int channel = row % pack.pitch;
  if (tap >= pack.taps || channel >= pack.channels || column >= pack.group_columns) return 0.0f;
  return pack.src[static_cast<std::int64_t>(group) * pack.group_stride +
                  static_cast<std::int64_t>(channel) * pack.src_stride +
                  static_cast<std::int64_t>(column) * pack.dst_stride + pack.places[tap]];
}

constexpr int kPackTile = 32;

// The row of weight j of a column, counted as they lie in src: the taps of one channel after
// another. Behind them come rows of zeros.
__device__ __forceinline__ int row_of_weight(const PackWeights& pack, int j) {
  if (j >= pack.taps * pack.pitch) return j;
  return j % pack.taps * pack.pitch + j / pack.taps;
}

// One block writes kPackTile rows x kPackTile columns. Where the weights of one column are
// neighbours in src, they change places in shared memory.
// Block kPackThreads.
// Grid  (columns / kPackTile rounded up) (rows / kPackTile rounded up) groups.
__global__ void __launch_bounds__(kPackThreads) pack_weights_kernel(PackWeights pack) {
  FASTCNN_SHARED(float, tile, [kPackTile][kPackTile + 1]);
  constexpr int kWarps = kPackThreads / 32;
  const int lane = threadIdx.x % 32;
  const int warp = threadIdx.x / 32;
  const int across = (pack.columns + kPackTile - 1) / kPackTile;
  const int down = (pack.rows + kPackTile - 1) / kPackTile;
  const int block = static_cast<int>(blockIdx.x);
  const int column = block % across * kPackTile;
  const int weight = block / across % down * kPackTile;
  const int group = block / across / down;
  float* const to =
      static_cast<float*>(pack.dst) + static_cast<std::int64_t>(group) * pack.rows * pack.columns;
  const bool turned = pack.dst_stride != 1;
  if (turned) {
    const int row = weight + lane < pack.rows ? row_of_weight(pack, weight + lane) : pack.rows;
#pragma unroll
    for (int i = warp; i < kPackTile; i += kWarps) {
      tile[i][lane] = weight_at(pack, group, row, column + i);
    }
    __syncthreads();
  }
#pragma unroll
  for (int i = warp; i < kPackTile; i += kWarps) {
    if (weight + i >= pack.rows || column + lane >= pack.columns) break;
    const int row = row_of_weight(pack, weight + i);
    to[static_cast<std::int64_t>(row) * pack.columns + column + lane] =
        turned ? tile[lane][i] : weight_at(pack, group, row, column + lane);
  }
}

// One thread writes what one lane holds of one fragment.
// Block kPackThreads.
// Grid  groups rows columns / (4 kPackThreads), rounded up.
template <typename Type>
__global__ void __launch_bounds__(kPackThreads) pack_fragments_kernel(PackWeights pack) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kPackThreads + threadIdx.x;
  const int lane = static_cast<int>(i % 32);
  const int strips = pack.tile_columns / kFragmentN;
  const int steps = pack.rows / kFragmentK;
  const int tiles = pack.columns / pack.tile_columns;
  const std::int64_t strip_of_all = i / 32;
  const std::int64_t step_of_all = strip_of_all / strips;
  const std::int64_t tile_of_all = step_of_all / steps;
  const int group = static_cast<int>(tile_of_all / tiles);
  if (group >= pack.groups) return;
  const int row = static_cast<int>(step_of_all % steps) * kFragmentK;
  const int column = static_cast<int>(tile_of_all % tiles) * pack.tile_columns +
                     static_cast<int>(strip_of_all % strips) * kFragmentN + lane / 4;
  float k[4];
#pragma unroll
  for (int j = 0; j < 4; ++j) k[j] = weight_at(pack, group, row + Type::k_of(lane, j), column);
  static_cast<typename Type::Weights*>(pack.dst)[i] = Type::weights(k);
}

}  // namespace fastcnn::cuda
