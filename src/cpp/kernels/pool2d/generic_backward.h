#pragma once

#include <cstddef>

#include "kernels/pool2d/window.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// How the gradient of one output pixel spreads over its window: next() gives the share of the next
// pixel, row by row.
template <typename V>
struct SpreadMax {
  V dst;
  V rest;  // the gradient until the maximum is met, 0 after it

  static FASTCNN_MEMBER SpreadMax start(const Pool2d& p, std::size_t at, float) {
    return {V::load(p.dst + at), V::load(p.grad_dst + at)};
  }
  FASTCNN_MEMBER V next(const Pool2d& p, std::size_t at) {
    const auto found = equal(V::load(p.src + at), dst);
    const V share = select(found, rest, V::zero());
    rest = select(found, V::zero(), rest);
    return share;
  }
};

template <typename V>
struct SpreadMean {
  V share;

  static FASTCNN_MEMBER SpreadMean start(const Pool2d& p, std::size_t at, float divisor) {
    return {V::load(p.grad_dst + at) / V::broadcast(divisor)};
  }
  FASTCNN_MEMBER V next(const Pool2d&, std::size_t) { return share; }
};

// kSize as in pool_window(). kTiled: no other window has these pixels, so they are written, not
// added to.
template <typename V, typename Spread, std::size_t kSize, bool kTiled>
FASTCNN_INLINE void spread_window(const Pool2d& p, std::size_t i, std::size_t j, WindowSpan rows,
                                  WindowSpan cols) {
  const std::size_t corner = pixel(p, i, j, rows.begin, cols.begin) * V::lanes;
  const std::size_t height = kSize > 0 ? kSize : rows.end - rows.begin;
  const std::size_t width = kSize > 0 ? kSize : cols.end - cols.begin;
  const std::size_t down = (kSize > 0 ? 1 : p.dilation_h) * p.w * V::lanes;
  const std::size_t right = (kSize > 0 ? 1 : p.dilation_w) * V::lanes;
  Spread spread = Spread::start(p, (i * p.ow + j) * V::lanes, divisor(p, i, j, rows, cols));
#pragma GCC unroll 3
  for (std::size_t y = 0; y < height; ++y) {
#pragma GCC unroll 3
    for (std::size_t x = 0; x < width; ++x) {
      const std::size_t at = corner + y * down + x * right;
      const V share = spread.next(p, at);
      store(p.grad_src + at, kTiled ? share : V::load(p.grad_src + at) + share);
    }
  }
}

template <typename V>
FASTCNN_INLINE void zero_pixels(const Pool2d& p, std::size_t begin, std::size_t end) {
  for (std::size_t i = begin; i < end; ++i) store(p.grad_src + i * V::lanes, V::zero());
}

// Windows side by side, no padding: every pixel is written once, the rest past the last window too.
template <typename V, typename Spread, std::size_t kSize>
FASTCNN_INLINE void spread_tiled(const Pool2d& p) {
  const WindowSpan rows = {0, p.kernel_h};
  const WindowSpan cols = {0, p.kernel_w};
  for (std::size_t i = 0; i < p.oh; ++i) {
    for (std::size_t j = 0; j < p.ow; ++j)
      spread_window<V, Spread, kSize, true>(p, i, j, rows, cols);
    for (std::size_t y = i * p.kernel_h; y < (i + 1) * p.kernel_h; ++y) {
      zero_pixels<V>(p, y * p.w + p.ow * p.kernel_w, (y + 1) * p.w);
    }
  }
  zero_pixels<V>(p, p.oh * p.kernel_h * p.w, p.h * p.w);
}

template <typename V, typename Spread, std::size_t kSize>
FASTCNN_INLINE void spread_added(const Pool2d& p) {
  const WindowSpan inner = inner_cols(p);
  const WindowSpan all_cols = {0, p.kernel_w};
  zero_pixels<V>(p, 0, p.h * p.w);
  for (std::size_t i = 0; i < p.oh; ++i) {
    const WindowSpan rows = clip_rows(p, i);
    std::size_t j = 0;
    if (rows.end - rows.begin == p.kernel_h) {
      for (; j < inner.begin; ++j) {
        spread_window<V, Spread, 0, false>(p, i, j, rows, clip_cols(p, j));
      }
      for (; j < inner.end; ++j) spread_window<V, Spread, kSize, false>(p, i, j, rows, all_cols);
    }
    for (; j < p.ow; ++j) spread_window<V, Spread, 0, false>(p, i, j, rows, clip_cols(p, j));
  }
}

template <typename V, typename Spread>
FASTCNN_INLINE void pool2d_backward(const Pool2d& p) {
  const bool tiled = p.stride_h == p.kernel_h && p.stride_w == p.kernel_w && p.pad_top == 0 &&
                     p.pad_left == 0 && p.oh * p.kernel_h <= p.h && p.ow * p.kernel_w <= p.w;
  const bool square = p.kernel_h == p.kernel_w;
  if (p.dilation_h > 1 || p.dilation_w > 1) {
    spread_added<V, Spread, 0>(p);
  } else if (tiled && square && p.kernel_h == 2) {
    spread_tiled<V, Spread, 2>(p);
  } else if (tiled) {
    spread_tiled<V, Spread, 0>(p);
  } else if (square && p.kernel_h == 3) {
    spread_added<V, Spread, 3>(p);
  } else {
    spread_added<V, Spread, 0>(p);
  }
}

}  // namespace fastcnn::kernels
