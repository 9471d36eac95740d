#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/base/warp.cuh"
#include "cuda/kernels/dense_sparse/dense_sparse.h"

namespace fastcnn::cuda {

constexpr int kDenseSparseWarps = 4;
constexpr int kDenseSparseSamples = 4;

// One warp computes one output of kDenseSparseSamples samples; a block's are of similar lengths.
// Block 32 kDenseSparseWarps.
// Grid  (num_outputs / kDenseSparseWarps, samples / kDenseSparseSamples), rounded up.
__global__ void __launch_bounds__(32 * kDenseSparseWarps) dense_sparse_kernel(DenseSparse d) {
  const int lane = threadIdx.x % 32;
  const int row = blockIdx.x * kDenseSparseWarps + threadIdx.x / 32;
  if (row >= d.num_outputs) return;  // whole warps
  const int first = blockIdx.y * kDenseSparseSamples;
  const SparseOutput of = d.outputs[row];
  const float* src[kDenseSparseSamples];
#pragma unroll
  for (int s = 0; s < kDenseSparseSamples; ++s) {
    // Past the last sample it is read again, and not written.
    src[s] = d.src + static_cast<std::int64_t>(min(first + s, d.samples - 1)) * d.features;
  }
  float sum[kDenseSparseSamples] = {};
  for (int i = of.begin + lane; i < of.end; i += 32) {
    const int2 entry = reinterpret_cast<const int2*>(d.entries)[i];
#pragma unroll
    for (int s = 0; s < kDenseSparseSamples; ++s) {
      sum[s] = fmaf(__int_as_float(entry.y), src[s][entry.x], sum[s]);
    }
  }
#pragma unroll
  for (int s = 0; s < kDenseSparseSamples; ++s) {
    const float y = warp_sum(sum[s]) + d.bias[of.output];
    if (lane == s && first + s < d.samples) {
      d.dst[static_cast<std::int64_t>(first + s) * d.num_outputs + of.output] =
          clamp(y, d.low, d.high);
    }
  }
}

}  // namespace fastcnn::cuda
