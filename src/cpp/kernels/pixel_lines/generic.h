#pragma once

#include "kernels/pixel_lines/pixel_lines.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

constexpr std::size_t kPixelLine = 16;

// Tile: load(i, p, n) reads n floats into row i and zeros behind them, clear(i) makes it zero,
// transpose() swaps rows and columns, store(i, p) writes row i.
template <typename Tile>
FASTCNN_INLINE void pixel_lines_from_blocked(const PixelTranspose& t) {
  for (std::size_t c = 0; c < t.channels; c += kPixelLine) {
    const float* const block = t.src + c / kPixelLine * t.block_stride;
    const std::size_t count = t.channels - c < kPixelLine ? t.channels - c : kPixelLine;
    Tile tile;
#pragma GCC unroll 16
    for (std::size_t l = 0; l < kPixelLine; ++l) {
      const std::ptrdiff_t place = t.places.of_lane[l];
      if (place < 0) {
        tile.clear(l);
      } else {
        tile.load(l, block + place);
      }
    }
    tile.transpose();
    if (count == kPixelLine) {
#pragma GCC unroll 16
      for (std::size_t i = 0; i < kPixelLine; ++i) tile.store(i, t.dst + (c + i) * kPixelLine);
    } else {
#pragma GCC unroll 16
      for (std::size_t i = 0; i < kPixelLine; ++i) {
        if (i < count) tile.store(i, t.dst + (c + i) * kPixelLine);
      }
    }
  }
}

template <typename Tile>
FASTCNN_INLINE void pixel_lines_to_blocked(const PixelTranspose& t) {
  for (std::size_t c = 0; c < t.channels; c += kPixelLine) {
    float* const block = t.dst + c / kPixelLine * t.block_stride;
    const std::size_t count = t.channels - c < kPixelLine ? t.channels - c : kPixelLine;
    Tile tile;
#pragma GCC unroll 16
    for (std::size_t i = 0; i < kPixelLine; ++i) {
      if (i < count) {
        tile.load(i, t.src + (c + i) * kPixelLine);
      } else {
        tile.clear(i);
      }
    }
    tile.transpose();
#pragma GCC unroll 16
    for (std::size_t l = 0; l < kPixelLine; ++l) {
      const std::ptrdiff_t place = t.places.of_lane[l];
      if (place >= 0) tile.store(l, block + place);
    }
  }
}

}  // namespace fastcnn::kernels
