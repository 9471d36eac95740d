#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/conv2d_depthwise/conv2d_depthwise.h"

namespace fastcnn::cuda {

constexpr int kDepthwiseThreads = 128;
constexpr int kDepthwisePixels = 4;

// kLanes neighbouring channels: one access.
template <int kLanes>
struct Channels {
  float lane[kLanes];

  static __device__ __forceinline__ Channels load(const float* from) {
    Channels channels;
    if constexpr (kLanes == 4) {
      const float4 four = *reinterpret_cast<const float4*>(from);
      channels.lane[0] = four.x;
      channels.lane[1] = four.y;
      channels.lane[2] = four.z;
      channels.lane[3] = four.w;
    } else {
      channels.lane[0] = *from;
    }
    return channels;
  }

  __device__ __forceinline__ void store(float* to) const {
    if constexpr (kLanes == 4) {
      *reinterpret_cast<float4*>(to) = make_float4(lane[0], lane[1], lane[2], lane[3]);
    } else {
      *to = lane[0];
    }
  }

  __device__ __forceinline__ void add(const Channels& more) {
#pragma unroll
    for (int l = 0; l < kLanes; ++l) lane[l] += more.lane[l];
  }
};

// One thread computes kLanes channels of kDepthwisePixels pixels of a row, so that a weight is read
// once for all of them. Neighbouring threads take neighbouring channels, then neighbouring pixels:
// those of one thread lie a quarter of the row apart.
// Block kDepthwiseThreads.
// Grid  images oh (ow / kDepthwisePixels rounded up) (oc / kLanes) / kDepthwiseThreads, rounded up.
template <int kLanes>
__global__ void __launch_bounds__(kDepthwiseThreads) conv2d_depthwise_kernel(Conv2dDepthwise conv) {
  const std::int64_t index =
      static_cast<std::int64_t>(blockIdx.x) * kDepthwiseThreads + threadIdx.x;
  const int vectors = conv.oc / kLanes;
  const int runs = (conv.ow + kDepthwisePixels - 1) / kDepthwisePixels;
  const std::int64_t run = index / vectors;
  const std::int64_t row = run / runs;
  const int n = static_cast<int>(row / conv.oh);
  if (n >= conv.images) return;
  const int o = static_cast<int>(index % vectors) * kLanes;
  const int i = static_cast<int>(row % conv.oh);
  const int j = static_cast<int>(run % runs);
  const int y = i * conv.stride_h;
  const int x = j * conv.stride_w;
  const float* src = conv.src +
                     ((static_cast<std::int64_t>(n) * conv.h + y) * conv.w + x) * conv.channels +
                     o / conv.multiplier;
  const int apart = runs * conv.stride_w;  // columns
  const std::int64_t step = static_cast<std::int64_t>(apart) * conv.channels;

  Channels<kLanes> acc[kDepthwisePixels] = {};
  for (int t = 0; t < conv.tap_count; ++t) {
    const int4 tap = reinterpret_cast<const int4*>(conv.taps)[t];
    if (static_cast<unsigned>(y + tap.x) >= static_cast<unsigned>(conv.h)) continue;
    const auto weight =
        Channels<kLanes>::load(conv.weights + static_cast<std::int64_t>(t) * conv.columns + o);
#pragma unroll
    for (int p = 0; p < kDepthwisePixels; ++p) {
      const int column = x + p * apart + tap.y;
      if (static_cast<unsigned>(column) >= static_cast<unsigned>(conv.w)) continue;
      const auto pixel = Channels<kLanes>::load(src + p * step + tap.z);
#pragma unroll
      for (int l = 0; l < kLanes; ++l) {
        acc[p].lane[l] = fmaf(pixel.lane[l], weight.lane[l], acc[p].lane[l]);
      }
    }
  }

  const Placement to = conv.placement;
  const std::int64_t first =
      (static_cast<std::int64_t>(n) * to.h + to.top + i * to.step_h) * to.w + to.left;
#pragma unroll
  for (int p = 0; p < kDepthwisePixels; ++p) {
    const int column = j + p * runs;
    if (column >= conv.ow) break;
    const std::int64_t at = (first + static_cast<std::int64_t>(column) * to.step_w) * conv.oc + o;
    if (conv.bias != nullptr) acc[p].add(Channels<kLanes>::load(conv.bias + o));
    if (conv.residual != nullptr) acc[p].add(Channels<kLanes>::load(conv.residual + at));
#pragma unroll
    for (int l = 0; l < kLanes; ++l) {
      acc[p].lane[l] = clamp(acc[p].lane[l], conv.low, conv.high);
    }
    acc[p].store(conv.dst + at);
  }
}

}  // namespace fastcnn::cuda
