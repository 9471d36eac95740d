#pragma once

#include "cuda/base/portable.cuh"

namespace fastcnn::cuda {

constexpr unsigned kAllLanes = 0xffffffffu;

// The sum of every lane's x in all of them, added by pairs: the same at every run.
__device__ __forceinline__ float warp_sum(float x) {
#pragma unroll
  for (int apart = 16; apart > 0; apart /= 2) x += __shfl_xor_sync(kAllLanes, x, apart);
  return x;
}

// The largest, a NaN passed over.
__device__ __forceinline__ float warp_max(float x) {
#pragma unroll
  for (int apart = 16; apart > 0; apart /= 2) x = fmaxf(x, __shfl_xor_sync(kAllLanes, x, apart));
  return x;
}

}  // namespace fastcnn::cuda
