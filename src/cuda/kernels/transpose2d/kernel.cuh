#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/transpose2d/transpose2d.h"

namespace fastcnn::cuda {

constexpr int kTransposeTile = 32;
constexpr int kTransposeRows = 8;

// One block moves one tile of 32 x 32 through shared memory, whose rows are one element longer so
// that a column lies in 32 banks.
// Block (kTransposeTile, kTransposeRows).
// Grid  batch * tiles.
template <typename T>
__global__ void __launch_bounds__(kTransposeTile* kTransposeRows)
    transpose2d_kernel(Transpose2d t) {
  FASTCNN_SHARED(T, tile, [kTransposeTile][kTransposeTile + 1]);
  const T* const src = static_cast<const T*>(t.src);
  T* const dst = static_cast<T*>(t.dst);
  const std::int64_t matrix = blockIdx.x / t.tiles;
  const int index = blockIdx.x % t.tiles;
  const int first_row = index / t.column_tiles * kTransposeTile;
  const int first_column = index % t.column_tiles * kTransposeTile;
  const std::int64_t base = matrix * t.rows * t.columns;

  const int column = first_column + threadIdx.x;
#pragma unroll
  for (int i = threadIdx.y; i < kTransposeTile; i += kTransposeRows) {
    const int row = first_row + i;
    if (row < t.rows && column < t.columns) {
      tile[i][threadIdx.x] = src[base + static_cast<std::int64_t>(row) * t.columns + column];
    }
  }
  __syncthreads();
  const int row = first_row + threadIdx.x;
#pragma unroll
  for (int i = threadIdx.y; i < kTransposeTile; i += kTransposeRows) {
    const int to = first_column + i;
    if (row < t.rows && to < t.columns) {
      dst[base + static_cast<std::int64_t>(to) * t.rows + row] = tile[threadIdx.x][i];
    }
  }
}

}  // namespace fastcnn::cuda
