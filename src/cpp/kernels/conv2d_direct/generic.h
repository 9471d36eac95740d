#pragma once

#include <cstddef>

#include "kernels/conv2d_direct/conv2d_direct.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// One channel of one tap: kBlocks x kPixels multiply-adds.
template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_channel(const float* const (&pixel)[kPixels], std::ptrdiff_t place,
                                   const float* weights, V (&acc)[kBlocks][kPixels]) {
  V w[kBlocks];
#pragma GCC unroll 8
  for (std::size_t b = 0; b < kBlocks; ++b) w[b] = V::load(weights + b * V::lanes);
#pragma GCC unroll 16
  for (std::size_t p = 0; p < kPixels; ++p) {
    const V x = V::broadcast(pixel[p][place]);
#pragma GCC unroll 8
    for (std::size_t b = 0; b < kBlocks; ++b) acc[b][p] = fma(x, w[b], acc[b][p]);
  }
}

// kPixels pixels from `first` on: the sums stay in registers over all taps.
template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_tile(const Conv2dDirect& c, std::size_t first) {
  const float* pixel[kPixels];
#pragma GCC unroll 16
  for (std::size_t p = 0; p < kPixels; ++p) pixel[p] = c.src + c.src_pixels[first + p];

  V acc[kBlocks][kPixels];
#pragma GCC unroll 8
  for (std::size_t b = 0; b < kBlocks; ++b) {
    V bias = V::zero();
    if (c.bias != nullptr) {
      bias = b + 1 == kBlocks && c.bias_lanes < V::lanes
                 ? V::load_partial(c.bias + b * V::lanes, c.bias_lanes)
                 : V::load(c.bias + b * V::lanes);
    }
#pragma GCC unroll 16
    for (std::size_t p = 0; p < kPixels; ++p) acc[b][p] = bias;
  }

  constexpr std::ptrdiff_t kRow = kBlocks * V::lanes;
  constexpr std::ptrdiff_t kLanes = V::lanes;
  for (const ConvTaps* list = c.lists; list != c.lists + c.num_lists; ++list) {
    const ConvTap* const end = list->taps + list->count;
    const std::ptrdiff_t channels = static_cast<std::ptrdiff_t>(list->channels);
    if (channels == kLanes) {
      for (const ConvTap* tap = list->taps; tap != end; ++tap) {
        const float* const weights = c.weights + tap->weights * kRow;
#pragma GCC unroll 16
        for (std::ptrdiff_t i = 0; i < kLanes; ++i) {
          conv2d_channel<V>(pixel, tap->src + i, weights + i * kRow, acc);
        }
      }
    } else if (channels == 1) {
      for (const ConvTap* tap = list->taps; tap != end; ++tap) {
        conv2d_channel<V>(pixel, tap->src, c.weights + tap->weights * kRow, acc);
      }
    } else {
      for (const ConvTap* tap = list->taps; tap != end; ++tap) {
        const float* const weights = c.weights + tap->weights * kRow;
        for (std::ptrdiff_t i = 0; i < channels; ++i) {
          conv2d_channel<V>(pixel, tap->src + i, weights + i * kRow, acc);
        }
      }
    }
  }

  const V low = V::broadcast(c.low);
  const V high = V::broadcast(c.high);
  const float* const residual = c.residual;
  float* const dst = c.dst;
  const std::ptrdiff_t* const places = c.dst_pixels + first;
  const std::ptrdiff_t block_stride = static_cast<std::ptrdiff_t>(c.dst_block_stride);
  const std::size_t store_lanes = c.store_lanes;
#pragma GCC unroll 16
  for (std::size_t p = 0; p < kPixels; ++p) {
    std::ptrdiff_t place = places[p];
#pragma GCC unroll 8
    for (std::size_t b = 0; b < kBlocks; ++b) {
      if (b + 1 < kBlocks || store_lanes == V::lanes) {
        if (residual != nullptr) acc[b][p] = acc[b][p] + V::load(residual + place);
        store(dst + place, min(high, max(low, acc[b][p])));
      } else {
        if (residual != nullptr) {
          acc[b][p] = acc[b][p] + V::load_partial(residual + place, store_lanes);
        }
        store_partial(dst + place, min(high, max(low, acc[b][p])), store_lanes);
      }
      place += block_stride;
    }
  }
}

template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_tile_of(const Conv2dDirect& c, std::size_t first, std::size_t pixels) {
  if (pixels == kPixels) return conv2d_tile<V, kBlocks, kPixels>(c, first);
  if constexpr (kPixels > 1) conv2d_tile_of<V, kBlocks, kPixels - 1>(c, first, pixels);
}

// All pixels in nearly equal tiles of at most kPixels, so that none is much narrower than the rest.
template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_pixels(const Conv2dDirect& c) {
  const std::size_t tiles = (c.pixels + kPixels - 1) / kPixels;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t first = c.pixels * tile / tiles;
    conv2d_tile_of<V, kBlocks, kPixels>(c, first, c.pixels * (tile + 1) / tiles - first);
  }
}

}  // namespace fastcnn::kernels
