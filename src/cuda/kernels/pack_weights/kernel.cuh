#pragma once

#include "cuda/base/fragment.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/pack_weights/pack_weights.h"

namespace fastcnn::cuda {

constexpr int kPackThreads = 256;

// The weight of a group's row and column, 0 past the last of either.
__device__ __forceinline__ float weight_at(const PackWeights& pack, int group, int row,
                                           int column) {
  const int tap = row / pack.channels;
  if (tap >= pack.taps || column >= pack.group_columns) return 0.0f;
  return pack.src[static_cast<std::int64_t>(group) * pack.group_stride +
                  static_cast<std::int64_t>(row % pack.channels) * pack.src_stride +
                  static_cast<std::int64_t>(column) * pack.dst_stride + pack.places[tap]];
}

// One thread writes four columns of one row.
// Block kPackThreads.
// Grid  groups rows columns / (4 kPackThreads), rounded up.
__global__ void __launch_bounds__(kPackThreads) pack_weights_kernel(PackWeights pack) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kPackThreads + threadIdx.x;
  const int fours = pack.columns / 4;
  const std::int64_t row_of_all = i / fours;
  const int group = static_cast<int>(row_of_all / pack.rows);
  if (group >= pack.groups) return;
  const int row = static_cast<int>(row_of_all % pack.rows);
  const int column = static_cast<int>(i % fours) * 4;
  static_cast<float4*>(pack.dst)[i] =
      make_float4(weight_at(pack, group, row, column), weight_at(pack, group, row, column + 1),
                  weight_at(pack, group, row, column + 2), weight_at(pack, group, row, column + 3));
}

// One thread writes what one lane holds of one fragment.
// Block kPackThreads.
// Grid  groups rows columns / (4 kPackThreads), rounded up.
template <typename Type>
__global__ void __launch_bounds__(kPackThreads) pack_fragments_kernel(PackWeights pack) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kPackThreads + threadIdx.x;
  const int lane = static_cast<int>(i % 32);
  const int strips = pack.columns / kFragmentN;
  const int steps = pack.rows / kFragmentK;
  const std::int64_t step_of_all = i / 32 / strips;
  const int group = static_cast<int>(step_of_all / steps);
  if (group >= pack.groups) return;
  const int row = static_cast<int>(step_of_all % steps) * kFragmentK;
  const int column = static_cast<int>(i / 32 % strips) * kFragmentN + lane / 4;
  float k[4];
#pragma unroll
  for (int j = 0; j < 4; ++j) k[j] = weight_at(pack, group, row + Type::k_of(lane, j), column);
  static_cast<typename Type::Weights*>(pack.dst)[i] = Type::weights(k);
}

}  // namespace fastcnn::cuda
