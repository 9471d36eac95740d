#pragma once

#include "cuda/base/portable.cuh"

namespace fastcnn::cuda {

// min(high, max(low, x)), a NaN in x kept: what a kernel can finish with.
__device__ __forceinline__ float clamp(float x, float low, float high) {
  const float raised = x < low ? low : x;
  return raised > high ? high : raised;
}

}  // namespace fastcnn::cuda
