#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/strided_copy/strided_copy.h"

namespace fastcnn::cuda {

constexpr int kStridedThreads = 256;

// One thread copies one element.
// Block kStridedThreads.
// Grid  size / kStridedThreads, rounded up.
template <typename T>
__global__ void __launch_bounds__(kStridedThreads) strided_copy_kernel(StridedCopy copy) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kStridedThreads + threadIdx.x;
  if (i >= copy.size) return;
  std::int64_t at = 0;
  auto rest = static_cast<std::int32_t>(i);
#pragma unroll
  for (int axis = kStridedAxes - 1; axis > 0; --axis) {
    at += static_cast<std::int64_t>(rest % copy.extent[axis]) * copy.stride[axis];
    rest /= copy.extent[axis];
  }
  at += static_cast<std::int64_t>(rest) * copy.stride[0];
  static_cast<T*>(copy.dst)[i] = static_cast<const T*>(copy.src)[at];
}

}  // namespace fastcnn::cuda
