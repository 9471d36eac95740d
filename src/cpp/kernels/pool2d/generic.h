#pragma once

#include <cstddef>

#include "kernels/pool2d/window.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// What a window is reduced to: Reduce::first() and, for each pixel, Reduce::next(); Reduce::last()
// finishes with the window's divisor.
template <typename V>
struct WindowMax {
  static FASTCNN_MEMBER V first() { return V::broadcast(-__builtin_inff()); }
  // max() gives x where either is NaN: a NaN already found has to be kept apart.
  static FASTCNN_MEMBER V next(V largest, V x) {
    return select(equal(largest, largest), max(largest, x), largest);
  }
  static FASTCNN_MEMBER V last(V largest, float) { return largest; }
};

template <typename V>
struct WindowMean {
  static FASTCNN_MEMBER V first() { return V::zero(); }
  static FASTCNN_MEMBER V next(V sum, V x) { return sum + x; }
  static FASTCNN_MEMBER V last(V sum, float divisor) { return sum / V::broadcast(divisor); }
};

// One output pixel. kSize is the side of a square window without dilation, 0 where it is known at
// run time only.
template <typename V, typename Reduce, std::size_t kSize>
FASTCNN_INLINE void pool_window(const Pool2d& p, std::size_t i, std::size_t j, WindowSpan rows,
                                WindowSpan cols) {
  const float* src = p.src + pixel(p, i, j, rows.begin, cols.begin) * V::lanes;
  const std::size_t height = kSize > 0 ? kSize : rows.end - rows.begin;
  const std::size_t width = kSize > 0 ? kSize : cols.end - cols.begin;
  const std::size_t down = (kSize > 0 ? 1 : p.dilation_h) * p.w * V::lanes;
  const std::size_t right = (kSize > 0 ? 1 : p.dilation_w) * V::lanes;
  V sum = Reduce::first();
#pragma GCC unroll 3
  for (std::size_t y = 0; y < height; ++y) {
#pragma GCC unroll 3
    for (std::size_t x = 0; x < width; ++x) {
      sum = Reduce::next(sum, V::load(src + y * down + x * right));
    }
  }
  store(p.dst + (i * p.ow + j) * V::lanes, Reduce::last(sum, divisor(p, i, j, rows, cols)));
}

template <typename V, typename Reduce, std::size_t kSize>
FASTCNN_INLINE void pool_rows(const Pool2d& p) {
  const WindowSpan inner = inner_cols(p);
  const WindowSpan all_cols = {0, p.kernel_w};
  for (std::size_t i = p.first_row; i < p.last_row; ++i) {
    const WindowSpan rows = clip_rows(p, i);
    std::size_t j = 0;
    if (rows.end - rows.begin == p.kernel_h) {
      for (; j < inner.begin; ++j) pool_window<V, Reduce, 0>(p, i, j, rows, clip_cols(p, j));
      for (; j < inner.end; ++j) pool_window<V, Reduce, kSize>(p, i, j, rows, all_cols);
    }
    for (; j < p.ow; ++j) pool_window<V, Reduce, 0>(p, i, j, rows, clip_cols(p, j));
  }
}

template <typename V, typename Reduce>
FASTCNN_INLINE void pool2d(const Pool2d& p) {
  if (p.dilation_h > 1 || p.dilation_w > 1) {
    pool_rows<V, Reduce, 0>(p);
  } else if (p.kernel_h == 2 && p.kernel_w == 2) {
    pool_rows<V, Reduce, 2>(p);
  } else if (p.kernel_h == 3 && p.kernel_w == 3) {
    pool_rows<V, Reduce, 3>(p);
  } else {
    pool_rows<V, Reduce, 0>(p);
  }
}

}  // namespace fastcnn::kernels
