#pragma once

#include <cstddef>

#include "kernels/conv2d_backward_weights/conv2d_backward_weights.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// kOffsets offsets from `first` on: the sums stay in registers over all images and pixels.
template <typename V, std::size_t kBlocks, std::size_t kOffsets>
FASTCNN_INLINE void conv2d_offset_tile(const Conv2dBackwardWeights& c, std::size_t first) {
  const float* src[kOffsets];
#pragma GCC unroll 16
  for (std::size_t o = 0; o < kOffsets; ++o) src[o] = c.src + c.offsets[first + o];

  V acc[kBlocks][kOffsets];
#pragma GCC unroll 8
  for (std::size_t b = 0; b < kBlocks; ++b) {
#pragma GCC unroll 16
    for (std::size_t o = 0; o < kOffsets; ++o) acc[b][o] = V::zero();
  }

  const std::size_t block_stride = c.grad_dst_block_stride;
  for (std::size_t image = 0; image < c.images; ++image) {
    const float* grad = c.grad_dst + image * c.grad_dst_image_stride;
    const std::ptrdiff_t* const end = c.src_pixels + c.pixels;
    for (const std::ptrdiff_t* pixel = c.src_pixels; pixel != end; ++pixel) {
      const std::ptrdiff_t place = *pixel;
      V g[kBlocks];
#pragma GCC unroll 8
      for (std::size_t b = 0; b < kBlocks; ++b) g[b] = V::load(grad + b * block_stride);
#pragma GCC unroll 16
      for (std::size_t o = 0; o < kOffsets; ++o) {
        const V x = V::broadcast(src[o][place]);
#pragma GCC unroll 8
        for (std::size_t b = 0; b < kBlocks; ++b) acc[b][o] = fma(x, g[b], acc[b][o]);
      }
      grad += V::lanes;
    }
#pragma GCC unroll 16
    for (std::size_t o = 0; o < kOffsets; ++o) src[o] += c.src_image_stride;
  }

  float* grad_weights = c.grad_weights + first * kBlocks * V::lanes;
#pragma GCC unroll 16
  for (std::size_t o = 0; o < kOffsets; ++o) {
#pragma GCC unroll 8
    for (std::size_t b = 0; b < kBlocks; ++b) {
      store(grad_weights, V::load(grad_weights) + acc[b][o]);
      grad_weights += V::lanes;
    }
  }
}

template <typename V, std::size_t kBlocks, std::size_t kOffsets>
FASTCNN_INLINE void conv2d_offset_tile_of(const Conv2dBackwardWeights& c, std::size_t first,
                                          std::size_t offsets) {
  if (offsets == kOffsets) return conv2d_offset_tile<V, kBlocks, kOffsets>(c, first);
  if constexpr (kOffsets > 1) {
    conv2d_offset_tile_of<V, kBlocks, kOffsets - 1>(c, first, offsets);
  }
}

// All offsets in nearly equal tiles of at most kOffsets, so that none is much narrower than the
// rest.
template <typename V, std::size_t kBlocks, std::size_t kOffsets>
FASTCNN_INLINE void conv2d_offsets(const Conv2dBackwardWeights& c) {
  const std::size_t tiles = (c.num_offsets + kOffsets - 1) / kOffsets;
  for (std::size_t tile = 0; tile < tiles; ++tile) {
    const std::size_t first = c.num_offsets * tile / tiles;
    conv2d_offset_tile_of<V, kBlocks, kOffsets>(c, first,
                                                c.num_offsets * (tile + 1) / tiles - first);
  }
}

// Input channels [first, first + kChannels) of a tap: the sums stay in registers over all pixels.
template <typename V, std::size_t kBlocks, std::size_t kChannels>
FASTCNN_INLINE void conv2d_tap_tile(const Conv2dBackwardWeightsTap& c, std::size_t first) {
  V acc[kBlocks][kChannels];
#pragma GCC unroll 8
  for (std::size_t b = 0; b < kBlocks; ++b) {
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kChannels; ++i) acc[b][i] = V::zero();
  }

  const std::size_t block_stride = c.grad_dst_block_stride;
  const std::size_t step = c.src_step;
  for (std::size_t image = 0; image < c.images; ++image) {
    for (std::size_t y = 0; y < c.rows; ++y) {
      const float* src = c.src + image * c.src_image_stride + y * c.src_row_stride + first;
      const float* grad = c.grad_dst + image * c.grad_dst_image_stride + y * c.grad_dst_row_stride;
      const float* const end = grad + c.columns * V::lanes;
      for (; grad != end; grad += V::lanes, src += step) {
        V g[kBlocks];
#pragma GCC unroll 8
        for (std::size_t b = 0; b < kBlocks; ++b) g[b] = V::load(grad + b * block_stride);
#pragma GCC unroll 16
        for (std::size_t i = 0; i < kChannels; ++i) {
          const V x = V::broadcast(src[i]);
#pragma GCC unroll 8
          for (std::size_t b = 0; b < kBlocks; ++b) acc[b][i] = fma(x, g[b], acc[b][i]);
        }
      }
    }
  }

  float* grad_weights = c.grad_weights + first * kBlocks * V::lanes;
#pragma GCC unroll 16
  for (std::size_t i = 0; i < kChannels; ++i) {
#pragma GCC unroll 8
    for (std::size_t b = 0; b < kBlocks; ++b) {
      store(grad_weights, V::load(grad_weights) + acc[b][i]);
      grad_weights += V::lanes;
    }
  }
}

template <typename V, std::size_t kBlocks, std::size_t kChannels>
FASTCNN_INLINE void conv2d_tap(const Conv2dBackwardWeightsTap& c) {
  for (std::size_t first = 0; first < V::lanes; first += kChannels) {
    conv2d_tap_tile<V, kBlocks, kChannels>(c, first);
  }
}

}  // namespace fastcnn::kernels
