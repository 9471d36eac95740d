#pragma once

#include <cstddef>

#include "kernels/conv2d_depthwise_backward_weights/conv2d_depthwise_backward_weights.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// kTaps taps from `first` on: the sums stay in registers over all images and pixels.
template <typename V, std::size_t kTaps>
FASTCNN_INLINE void depthwise_tap_tile(const Conv2dDepthwiseBackwardWeights& c, std::size_t first) {
  const float* src[kTaps];
  V acc[kTaps];
#pragma GCC unroll 16
  for (std::size_t t = 0; t < kTaps; ++t) {
    src[t] = c.src + c.offsets[first + t];
    acc[t] = V::zero();
  }

  for (std::size_t image = 0; image < c.images; ++image) {
    const float* grad = c.grad_dst + image * c.grad_dst_image_stride;
    const std::ptrdiff_t* const end = c.src_pixels + c.pixels;
    for (const std::ptrdiff_t* pixel = c.src_pixels; pixel != end; ++pixel) {
      const std::ptrdiff_t place = *pixel;
      const V g = V::load(grad);
#pragma GCC unroll 16
      for (std::size_t t = 0; t < kTaps; ++t) acc[t] = fma(V::load(src[t] + place), g, acc[t]);
      grad += V::lanes;
    }
#pragma GCC unroll 16
    for (std::size_t t = 0; t < kTaps; ++t) src[t] += c.src_image_stride;
  }

  float* const grad_weights = c.grad_weights + first * V::lanes;
#pragma GCC unroll 16
  for (std::size_t t = 0; t < kTaps; ++t) {
    store(grad_weights + t * V::lanes, V::load(grad_weights + t * V::lanes) + acc[t]);
  }
}

template <typename V, std::size_t kTaps>
FASTCNN_INLINE void depthwise_tap_tile_of(const Conv2dDepthwiseBackwardWeights& c,
                                          std::size_t first, std::size_t taps) {
  if (taps == kTaps) return depthwise_tap_tile<V, kTaps>(c, first);
  if constexpr (kTaps > 1) depthwise_tap_tile_of<V, kTaps - 1>(c, first, taps);
}

// All taps in nearly equal tiles of at most kTaps.
template <typename V, std::size_t kTaps>
FASTCNN_INLINE void depthwise_taps(const Conv2dDepthwiseBackwardWeights& c) {
  const std::size_t tiles = (c.taps + kTaps - 1) / kTaps;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t first = c.taps * tile / tiles;
    depthwise_tap_tile_of<V, kTaps>(c, first, c.taps * (tile + 1) / tiles - first);
  }
}

}  // namespace fastcnn::kernels
