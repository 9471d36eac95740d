#pragma once

#include <cstddef>

#include "kernels/conv2d_depthwise/conv2d_depthwise.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// kPixels pixels from `first` on: the sums stay in registers over all taps.
template <typename V, std::size_t kPixels>
FASTCNN_INLINE void depthwise_tile(const Conv2dDepthwise& c, std::size_t first) {
  const float* pixel[kPixels];
#pragma GCC unroll 16
  for (std::size_t p = 0; p < kPixels; ++p) pixel[p] = c.src + c.src_pixels[first + p];

  V bias = V::zero();
  if (c.bias != nullptr) {
    bias = c.bias_lanes < V::lanes ? V::load_partial(c.bias, c.bias_lanes) : V::load(c.bias);
  }
  V acc[kPixels];
#pragma GCC unroll 16
  for (std::size_t p = 0; p < kPixels; ++p) acc[p] = bias;

  for (const DepthwiseTap* tap = c.taps; tap != c.taps + c.num_taps; ++tap) {
    const std::ptrdiff_t place = tap->src;
    const V w = V::load(c.weights + tap->weights * static_cast<std::ptrdiff_t>(V::lanes));
#pragma GCC unroll 16
    for (std::size_t p = 0; p < kPixels; ++p) {
      acc[p] = fma(V::load(pixel[p] + place), w, acc[p]);
    }
  }

  const V low = V::broadcast(c.low);
  const V high = V::broadcast(c.high);
  const float* const residual = c.residual;
  float* const dst = c.dst;
  const std::ptrdiff_t* const places = c.dst_pixels + first;
#pragma GCC unroll 16
  for (std::size_t p = 0; p < kPixels; ++p) {
    if (residual != nullptr) acc[p] = acc[p] + V::load(residual + places[p]);
    store(dst + places[p], min(high, max(low, acc[p])));
  }
}

template <typename V, std::size_t kPixels>
FASTCNN_INLINE void depthwise_tile_of(const Conv2dDepthwise& c, std::size_t first,
                                      std::size_t pixels) {
  if (pixels == kPixels) return depthwise_tile<V, kPixels>(c, first);
  if constexpr (kPixels > 1) depthwise_tile_of<V, kPixels - 1>(c, first, pixels);
}

// All pixels in nearly equal tiles of at most kPixels.
template <typename V, std::size_t kPixels>
FASTCNN_INLINE void depthwise_pixels(const Conv2dDepthwise& c) {
  const std::size_t tiles = (c.pixels + kPixels - 1) / kPixels;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t first = c.pixels * tile / tiles;
    depthwise_tile_of<V, kPixels>(c, first, c.pixels * (tile + 1) / tiles - first);
  }
}

}  // namespace fastcnn::kernels
