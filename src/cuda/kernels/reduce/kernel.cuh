#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/base/warp.cuh"
#include "cuda/kernels/reduce/reduce.h"

namespace fastcnn::cuda {

constexpr int kReduceThreads = 256;

template <ReduceTerm kTerm>
__device__ __forceinline__ float term_of(const Reduce& reduce, float x) {
  if constexpr (kTerm == ReduceTerm::kAbs) return fabsf(x);
  if constexpr (kTerm == ReduceTerm::kSquare) return x * x;
  if constexpr (kTerm == ReduceTerm::kPenalty) return reduce.l1 * fabsf(x) + reduce.l2 * x * x;
  return x;
}

// One block sums its share of src into dst[blockIdx].
// Block kReduceThreads.
// Grid  any number of blocks.
template <ReduceTerm kTerm>
__global__ void __launch_bounds__(kReduceThreads) reduce_kernel(Reduce reduce) {
  FASTCNN_SHARED(float, warps, [kReduceThreads / 32]);
  const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * kReduceThreads;
  float sum = 0.0f;
  for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kReduceThreads + threadIdx.x;
       i < reduce.size; i += step) {
    sum += term_of<kTerm>(reduce, reduce.src[i]);
  }
  sum = warp_sum(sum);
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x != 0) return;
#pragma unroll
  for (int warp = 1; warp < kReduceThreads / 32; ++warp) sum += warps[warp];
  sum /= reduce.divisor;
  reduce.dst[blockIdx.x] = reduce.root ? sqrtf(sum) : sum;
}

// One thread writes one element.
// Block kReduceThreads.
// Grid  size / kReduceThreads, rounded up.
__global__ void __launch_bounds__(kReduceThreads) spread_kernel(Spread spread) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kReduceThreads + threadIdx.x;
  if (i < spread.size) spread.dst[i] = spread.src[0] / spread.divisor;
}

}  // namespace fastcnn::cuda
