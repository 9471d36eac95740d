#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/gather/gather.h"

namespace fastcnn::cuda {

constexpr int kGatherThreads = 256;

// One thread copies one element.
// Block kGatherThreads.
// Grid  size / kGatherThreads, rounded up.
template <typename T>
__global__ void __launch_bounds__(kGatherThreads) gather_kernel(Gather g) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kGatherThreads + threadIdx.x;
  if (i >= g.size) return;
  const std::int64_t run = i / g.inner;
  const int at = static_cast<int>(run % g.count);
  std::int64_t index = g.wide ? static_cast<const std::int64_t*>(g.indices)[at]
                              : static_cast<const std::int32_t*>(g.indices)[at];
  if (index < 0) index += g.extent;
  T value = static_cast<T>(-1);
  if (index >= 0 && index < g.extent) {
    value =
        static_cast<const T*>(g.src)[(run / g.count * g.extent + index) * g.inner + i % g.inner];
  }
  static_cast<T*>(g.dst)[i] = value;
}

}  // namespace fastcnn::cuda
