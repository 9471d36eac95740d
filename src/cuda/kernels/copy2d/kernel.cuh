#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/copy2d/copy2d.h"

namespace fastcnn::cuda {

constexpr int kCopyThreads = 256;

// One thread copies one element.
// Block kCopyThreads.
// Grid  rows run / kCopyThreads, rounded up.
template <typename T>
__global__ void __launch_bounds__(kCopyThreads) copy2d_kernel(Copy2d copy) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kCopyThreads + threadIdx.x;
  const std::int64_t row = i / copy.run;
  if (row >= copy.rows) return;
  const std::int64_t column = i % copy.run;
  static_cast<T*>(copy.dst)[row * copy.dst_row + column] =
      static_cast<const T*>(copy.src)[row * copy.src_row + column];
}

}  // namespace fastcnn::cuda
