#pragma once

#include <cstddef>

#include "kernels/conv2d_direct/conv2d_direct.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

constexpr std::size_t kLine = 16;  // floats in a line of the cache

// Weights to be fetched, some lines a tap.
struct Conv2dNext {
  const float* begin;
  const float* end;
};

// Lines of the next weights fetched with a whole block. A step of a wide vector reads four lines of
// weights in 12 cycles: a panel of few tiles must fetch one a step to have the next ones in time.
template <typename V>
constexpr std::size_t kLinesOfBlock = V::lanes == 16 ? 16 : 2;

// Lines fetched at once.
template <typename V>
constexpr std::size_t kFetched = kLinesOfBlock<V> < 4 ? kLinesOfBlock<V> : 4;

FASTCNN_INLINE void conv2d_fetch(Conv2dNext& next, std::size_t lines) {
  if (next.begin >= next.end) return;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < lines; ++i) __builtin_prefetch(next.begin + i * kLine, 0, 2);
  next.begin += lines * kLine;
}

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
    for (std::size_t b = 0; b < kBlocks; ++b) add_product(acc[b][p], x, w[b]);
  }
}

// What the sums begin with: the bias, or the sums of earlier channels.
template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_begin(const Conv2dDirect& c, const std::ptrdiff_t* places,
                                 V (&acc)[kBlocks][kPixels]) {
#pragma GCC unroll 8
  for (std::size_t b = 0; b < kBlocks; ++b) {
    const bool last = b + 1 == kBlocks;
    if (c.accumulate) {
      const float* const dst = c.dst + b * c.dst_block_stride;
#pragma GCC unroll 16
      for (std::size_t p = 0; p < kPixels; ++p) {
        acc[b][p] = last && c.store_lanes < V::lanes
                        ? V::load_partial(dst + places[p], c.store_lanes)
                        : V::load(dst + places[p]);
      }
    } else {
      V bias = V::zero();
      if (c.bias != nullptr) {
        bias = last && c.bias_lanes < V::lanes
                   ? V::load_partial(c.bias + b * V::lanes, c.bias_lanes)
                   : V::load(c.bias + b * V::lanes);
      }
#pragma GCC unroll 16
      for (std::size_t p = 0; p < kPixels; ++p) acc[b][p] = bias;
    }
  }
}

// Residual, clamp, store. Most tiles store whole vectors and add nothing: no branch for each.
template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_end(const Conv2dDirect& c, const std::ptrdiff_t* places,
                               V (&acc)[kBlocks][kPixels]) {
  const V low = V::broadcast(c.low);
  const V high = V::broadcast(c.high);
  const float* const residual = c.residual;
  float* const dst = c.dst;
  const std::ptrdiff_t block_stride = static_cast<std::ptrdiff_t>(c.dst_block_stride);
  const std::size_t store_lanes = c.store_lanes;
  if (residual == nullptr && store_lanes == V::lanes) {
#pragma GCC unroll 16
    for (std::size_t p = 0; p < kPixels; ++p) {
      float* place = dst + places[p];
#pragma GCC unroll 8
      for (std::size_t b = 0; b < kBlocks; ++b, place += block_stride) {
        store(place, min(high, max(low, acc[b][p])));
      }
    }
    return;
  }
#pragma GCC unroll 16
  for (std::size_t p = 0; p < kPixels; ++p) {
    std::ptrdiff_t place = places[p];
#pragma GCC unroll 8
    for (std::size_t b = 0; b < kBlocks; ++b, place += block_stride) {
      V sum = acc[b][p];
      if (b + 1 < kBlocks || store_lanes == V::lanes) {
        if (residual != nullptr) sum = sum + V::load(residual + place);
        store(dst + place, min(high, max(low, sum)));
      } else {
        if (residual != nullptr) sum = sum + V::load_partial(residual + place, store_lanes);
        store_partial(dst + place, min(high, max(low, sum)), store_lanes);
      }
    }
  }
}

// kPixels pixels from `first` on: the sums stay in registers over all taps. Meanwhile it fetches
// the next weights.
template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_tile(const Conv2dDirect& c, std::size_t first, Conv2dNext& next) {
  const float* pixel[kPixels];
#pragma GCC unroll 16
  for (std::size_t p = 0; p < kPixels; ++p) pixel[p] = c.src + c.src_pixels[first + p];

  V acc[kBlocks][kPixels];
  conv2d_begin<V>(c, c.dst_pixels + first, acc);

  constexpr std::ptrdiff_t kRow = kBlocks * V::lanes;
  constexpr std::ptrdiff_t kLanes = V::lanes;
  constexpr std::ptrdiff_t kFetchEvery = kLanes * kFetched<V> / kLinesOfBlock<V>;
  for (const ConvTaps* list = c.lists; list != c.lists + c.num_lists; ++list) {
    const ConvTap* const end = list->taps + list->count;
    const std::ptrdiff_t channels = static_cast<std::ptrdiff_t>(list->channels);
    if (channels == kLanes) {
      for (const ConvTap* tap = list->taps; tap != end; ++tap) {
        const float* const weights = c.weights + tap->weights * kRow;
#pragma GCC unroll 16
        for (std::ptrdiff_t i = 0; i < kLanes; ++i) {
          if (i % kFetchEvery == 0) conv2d_fetch(next, kFetched<V>);
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

  conv2d_end<V>(c, c.dst_pixels + first, acc);
}

template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_tile_of(const Conv2dDirect& c, std::size_t first, std::size_t pixels,
                                   Conv2dNext& next) {
  if (pixels == kPixels) return conv2d_tile<V, kBlocks, kPixels>(c, first, next);
  if constexpr (kPixels > 1) conv2d_tile_of<V, kBlocks, kPixels - 1>(c, first, pixels, next);
}

// All pixels in nearly equal tiles of at most kPixels, so that none is much narrower than the rest.
template <typename V, std::size_t kBlocks, std::size_t kPixels>
FASTCNN_INLINE void conv2d_pixels(const Conv2dDirect& c) {
  const std::size_t tiles = (c.pixels + kPixels - 1) / kPixels;
  if (tiles == 0) return;
  const std::size_t width = c.pixels / tiles;
  const std::size_t wider = c.pixels % tiles;
  Conv2dNext next{c.next_weights, c.next_weights + c.next_floats};
  std::size_t first = 0;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t pixels = width + (tile < wider ? 1 : 0);
    conv2d_tile_of<V, kBlocks, kPixels>(c, first, pixels, next);
    first += pixels;
  }
}

}  // namespace fastcnn::kernels
