#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/resize/resize.h"

namespace fastcnn::cuda {

constexpr int kResizeThreads = 256;

// One thread computes one element; neighbouring threads take neighbouring channels.
// Block kResizeThreads.
// Grid  size / kResizeThreads, rounded up.
template <int kTaps>
__global__ void __launch_bounds__(kResizeThreads) resize_kernel(Resize r) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kResizeThreads + threadIdx.x;
  if (i >= r.size) return;
  const int c = static_cast<int>(i % r.channels);
  const std::int64_t pixel = i / r.channels;
  const int column = static_cast<int>(pixel % r.ow) * kTaps;
  const std::int64_t row_of_all = pixel / r.ow;
  const int row = static_cast<int>(row_of_all % r.oh) * kTaps;
  const float* image = r.src + row_of_all / r.oh * r.h * r.w * r.channels + c;
  float sum = 0.0f;
#pragma unroll
  for (int y = 0; y < kTaps; ++y) {
    const float* line = image + static_cast<std::int64_t>(r.row_places[row + y]) * r.w * r.channels;
    float of_line = 0.0f;
#pragma unroll
    for (int x = 0; x < kTaps; ++x) {
      const float value = line[static_cast<std::int64_t>(r.column_places[column + x]) * r.channels];
      of_line = kTaps == 1 ? value : fmaf(r.column_weights[column + x], value, of_line);
    }
    sum = kTaps == 1 ? of_line : fmaf(r.row_weights[row + y], of_line, sum);
  }
  r.dst[i] = sum;
}

}  // namespace fastcnn::cuda
