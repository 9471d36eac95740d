#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/matmul/matmul.h"

namespace fastcnn::cuda {

constexpr int kMatmulThreads = 256;
constexpr int kMatmulTile = 64;
constexpr int kMatmulDepth = 16;

// One block computes tiles of 64 x 64, one after another; a thread computes 4 x 4 of each. Rows of
// a's tile, which lies by columns, are two elements longer, so that the 16 x 2 elements which a
// warp stores at a time lie in 32 banks. Block kMatmulThreads. Grid  (m / 64, n / 64, matrices),
// rounded up, at most 65535 along y and z.
__global__ void __launch_bounds__(kMatmulThreads) matmul_kernel(Matmul t) {
  FASTCNN_SHARED(float, a_tile, [kMatmulDepth][kMatmulTile + 2]);
  FASTCNN_SHARED(float, b_tile, [kMatmulDepth][kMatmulTile]);
  const int thread = threadIdx.x;
  const int row = thread / 16 * 4;
  const int column = thread % 16 * 4;
  const int first_row = blockIdx.x * kMatmulTile;
  for (int matrix = blockIdx.z; matrix < t.matrices; matrix += gridDim.z) {
    const MatrixPair pair = t.pairs[matrix];
    const float* a = t.a + static_cast<std::int64_t>(pair.a) * t.m * t.k;
    const float* b = t.b + static_cast<std::int64_t>(pair.b) * t.k * t.n;
    float* dst = t.dst + static_cast<std::int64_t>(matrix) * t.m * t.n;
    for (int first_column = blockIdx.y * kMatmulTile; first_column < t.n;
         first_column += gridDim.y * kMatmulTile) {
      float acc[4][4] = {};
      for (int first = 0; first < t.k; first += kMatmulDepth) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          const int m = thread / 16 + 16 * i;
          const int k = thread % 16;
          const bool inside = first_row + m < t.m && first + k < t.k;
          a_tile[k][m] =
              inside ? a[static_cast<std::int64_t>(first_row + m) * t.k + first + k] : 0.0f;
        }
#pragma unroll
        for (int i = 0; i < 4; ++i) {
          const int k = thread / 64 + 4 * i;
          const int n = thread % 64;
          const bool inside = first + k < t.k && first_column + n < t.n;
          b_tile[k][n] =
              inside ? b[static_cast<std::int64_t>(first + k) * t.n + first_column + n] : 0.0f;
        }
        __syncthreads();
        // What is past the end of k is zero on both sides.
#pragma unroll
        for (int k = 0; k < kMatmulDepth; ++k) {
          const float4 right = *reinterpret_cast<const float4*>(&b_tile[k][column]);
#pragma unroll
          for (int m = 0; m < 4; ++m) {
            const float left = a_tile[k][row + m];
            acc[m][0] = fmaf(left, right.x, acc[m][0]);
            acc[m][1] = fmaf(left, right.y, acc[m][1]);
            acc[m][2] = fmaf(left, right.z, acc[m][2]);
            acc[m][3] = fmaf(left, right.w, acc[m][3]);
          }
        }
        __syncthreads();
      }
#pragma unroll
      for (int m = 0; m < 4; ++m) {
#pragma unroll
        for (int n = 0; n < 4; ++n) {
          const int i = first_row + row + m;
          const int j = first_column + column + n;
          if (i < t.m && j < t.n) dst[static_cast<std::int64_t>(i) * t.n + j] = acc[m][n];
        }
      }
    }
  }
}

}  // namespace fastcnn::cuda
