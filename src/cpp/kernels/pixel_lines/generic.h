#pragma once

#include "kernels/pixel_lines/pixel_lines.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

constexpr std::size_t kPixelLine = 16;

constexpr std::uint16_t kAllLanes = 0xFFFF;

// Tile: load(i, p) reads row i, clear(i) makes it zero, transpose() swaps rows and columns,
// store(i, p) writes row i.
template <typename Tile>
FASTCNN_INLINE void pixel_lines_from_blocked(const PixelLine& t) {
  for (std::size_t c = 0; c < t.channels; c += kPixelLine) {
    const float* from = t.src + c / kPixelLine * t.stride;
    const std::size_t count = t.channels - c < kPixelLine ? t.channels - c : kPixelLine;
    Tile tile;
    if (t.lanes == kAllLanes) {
#pragma GCC unroll 16
      for (std::size_t l = 0; l < kPixelLine; ++l) tile.load(l, from + l * kPixelLine);
    } else {
#pragma GCC unroll 16
      for (std::size_t l = 0; l < kPixelLine; ++l) {
        if ((t.lanes >> l & 1) == 0) {
          tile.clear(l);
        } else {
          tile.load(l, from);
          from += kPixelLine;
        }
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
FASTCNN_INLINE void pixel_lines_to_blocked(const PixelLine& t) {
  for (std::size_t c = 0; c < t.channels; c += kPixelLine) {
    float* to = t.dst + c / kPixelLine * t.stride;
    const std::size_t count = t.channels - c < kPixelLine ? t.channels - c : kPixelLine;
    Tile tile;
    if (count == kPixelLine) {
#pragma GCC unroll 16
      for (std::size_t i = 0; i < kPixelLine; ++i) tile.load(i, t.src + (c + i) * kPixelLine);
    } else {
#pragma GCC unroll 16
      for (std::size_t i = 0; i < kPixelLine; ++i) {
        if (i < count) {
          tile.load(i, t.src + (c + i) * kPixelLine);
        } else {
          tile.clear(i);
        }
      }
    }
    tile.transpose();
    if (t.lanes == kAllLanes) {
#pragma GCC unroll 16
      for (std::size_t l = 0; l < kPixelLine; ++l) tile.store(l, to + l * kPixelLine);
    } else {
#pragma GCC unroll 16
      for (std::size_t l = 0; l < kPixelLine; ++l) {
        if ((t.lanes >> l & 1) == 0) continue;
        tile.store(l, to);
        to += kPixelLine;
      }
    }
  }
}

}  // namespace fastcnn::kernels
