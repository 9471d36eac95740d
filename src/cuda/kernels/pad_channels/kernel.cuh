#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/pad_channels/pad_channels.h"

namespace fastcnn::cuda {

constexpr int kPadChannelThreads = 256;

// One thread writes one element.
// Block kPadChannelThreads.
// Grid  rows pitch / kPadChannelThreads, rounded up.
__global__ void __launch_bounds__(kPadChannelThreads) pad_channels_kernel(PadChannels pad) {
  const unsigned i = blockIdx.x * kPadChannelThreads + threadIdx.x;
  const unsigned row = i / static_cast<unsigned>(pad.pitch);
  if (row >= static_cast<unsigned>(pad.rows)) return;
  const unsigned channel = i % static_cast<unsigned>(pad.pitch);
  const bool there = channel < static_cast<unsigned>(pad.channels);
  pad.dst[i] = there ? pad.src[row * static_cast<unsigned>(pad.channels) + channel] : 0.0f;
}

}  // namespace fastcnn::cuda
