#pragma once

#include "cuda/base/pixel_walk.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_depthwise_backward_weights/conv2d_depthwise_backward_weights.h"

namespace fastcnn::cuda {

constexpr int kTapChannels = 32;
constexpr int kTapPixels = 8;

// One block sums one part of the pixels of kTapChannels channels under one tap: each row of threads
// every kTapPixels-th pixel, then the first row what all of them found.
// Block (kTapChannels, kTapPixels).
// Grid  (oc / kTapChannels rounded up, tap_count, splits).
__global__ void __launch_bounds__(kTapChannels* kTapPixels)
    conv2d_depthwise_backward_weights_kernel(Conv2dDepthwiseBackwardWeights conv) {
  FASTCNN_SHARED(float, totals, [kTapPixels][kTapChannels]);
  const int o = blockIdx.x * kTapChannels + threadIdx.x;
  const int first = blockIdx.z * conv.split_pixels;
  const int last = min(first + conv.split_pixels, conv.pixels);
  float sum = 0.0f;
  if (o < conv.oc) {
    const int4 tap = reinterpret_cast<const int4*>(conv.taps)[blockIdx.y];
    const float* src = conv.src + o / conv.multiplier + tap.z;
    PixelWalk walk(first + threadIdx.y, kTapPixels, conv.oh, conv.ow);
    for (int pixel = first + threadIdx.y; pixel < last; pixel += kTapPixels) {
      const int y = walk.i * conv.stride_h;
      const int x = walk.j * conv.stride_w;
      if (static_cast<unsigned>(y + tap.x) < static_cast<unsigned>(conv.h) &&
          static_cast<unsigned>(x + tap.y) < static_cast<unsigned>(conv.w)) {
        const std::int64_t at =
            ((static_cast<std::int64_t>(walk.n) * conv.h + y) * conv.w + x) * conv.channels;
        sum = fmaf(conv.grad[static_cast<std::int64_t>(pixel) * conv.oc + o], src[at], sum);
      }
      walk.advance(conv.oh, conv.ow);
    }
  }
  totals[threadIdx.y][threadIdx.x] = sum;
  __syncthreads();
  if (threadIdx.y != 0 || o >= conv.oc) return;
#pragma unroll
  for (int row = 1; row < kTapPixels; ++row) sum += totals[row][threadIdx.x];
  const std::int64_t tap_of_all =
      static_cast<std::int64_t>(blockIdx.z) * conv.tap_count + blockIdx.y;
  conv.partial[tap_of_all * conv.oc + o] = sum;
}

}  // namespace fastcnn::cuda
