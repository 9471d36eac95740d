#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/pad2d/pad2d.h"

namespace fastcnn::cuda {

constexpr int kPad2dThreads = 256;

// One thread writes one element; neighbouring threads take neighbouring channels.
// Block kPad2dThreads.
// Grid  size / kPad2dThreads, rounded up.
__global__ void __launch_bounds__(kPad2dThreads) pad2d_kernel(Pad2d pad) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kPad2dThreads + threadIdx.x;
  if (i >= pad.size) return;
  const int c = static_cast<int>(i % pad.channels);
  const std::int64_t pixel = i / pad.channels;
  const int x = static_cast<int>(pixel % pad.to_w) - pad.left;
  const std::int64_t row = pixel / pad.to_w;
  const int y = static_cast<int>(row % pad.to_h) - pad.top;
  float value = pad.value;
  if (static_cast<unsigned>(y) < static_cast<unsigned>(pad.h) &&
      static_cast<unsigned>(x) < static_cast<unsigned>(pad.w)) {
    value = pad.src[((row / pad.to_h * pad.h + y) * pad.w + x) * pad.channels + c];
  }
  pad.dst[i] = value;
}

}  // namespace fastcnn::cuda
