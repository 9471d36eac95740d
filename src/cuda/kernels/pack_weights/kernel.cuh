#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/pack_weights/pack_weights.h"

namespace fastcnn::cuda {

constexpr int kPackThreads = 256;

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
  const int tap = row / pack.channels;
  float value[4] = {};
  if (tap < pack.taps) {
    const float* src = pack.src + static_cast<std::int64_t>(group) * pack.group_stride +
                       static_cast<std::int64_t>(row % pack.channels) * pack.src_stride +
                       pack.places[tap];
#pragma unroll
    for (int n = 0; n < 4; ++n) {
      if (column + n < pack.group_columns) {
        value[n] = src[static_cast<std::int64_t>(column + n) * pack.dst_stride];
      }
    }
  }
  *reinterpret_cast<float4*>(pack.dst + 4 * i) =
      make_float4(value[0], value[1], value[2], value[3]);
}

}  // namespace fastcnn::cuda
