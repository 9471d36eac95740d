#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/pad/pad.h"

namespace fastcnn::cuda {

constexpr int kPadThreads = 256;

// One thread writes one element.
// Block kPadThreads.
// Grid  size / kPadThreads, rounded up.
__global__ void __launch_bounds__(kPadThreads) pad_kernel(Pad p) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kPadThreads + threadIdx.x;
  if (i >= p.size) return;
  auto rest = static_cast<std::int32_t>(i);
  std::int64_t at = 0;
  bool inside = true;
#pragma unroll
  for (int axis = kPaddedAxes - 1; axis >= 0; --axis) {
    if (p.first[axis] < 0) continue;
    const std::int32_t place = p.places[p.first[axis] + rest % p.extent[axis]];
    rest /= p.extent[axis];
    inside = inside && place >= 0;
    at += place;
  }
  p.dst[i] = inside ? p.src[at] : p.value;
}

}  // namespace fastcnn::cuda
