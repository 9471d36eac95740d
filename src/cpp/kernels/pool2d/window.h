#pragma once

#include <cstddef>

#include "kernels/pool2d/pool2d.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// The part [begin, end) of a window's `kernel` rows or columns that lies inside the image.
struct WindowSpan {
  std::size_t begin, end;
};

// How many of the places position, position + dilation, ... (`kernel` of them) are under `limit`.
FASTCNN_INLINE std::size_t places_under(std::size_t limit, std::size_t position, std::size_t kernel,
                                        std::size_t dilation) {
  if (position >= limit) return 0;
  const std::size_t places = (limit - position - 1) / dilation + 1;
  return places < kernel ? places : kernel;
}

// A window that starts `pad` before `position` in an image of `extent` pixels.
FASTCNN_INLINE WindowSpan clip(std::size_t position, std::size_t pad, std::size_t kernel,
                               std::size_t dilation, std::size_t extent) {
  return {places_under(pad, position, kernel, dilation),
          places_under(pad + extent, position, kernel, dilation)};
}

FASTCNN_INLINE WindowSpan clip_rows(const Pool2d& p, std::size_t i) {
  return clip(i * p.stride_h, p.pad_top, p.kernel_h, p.dilation_h, p.h);
}
FASTCNN_INLINE WindowSpan clip_cols(const Pool2d& p, std::size_t j) {
  return clip(j * p.stride_w, p.pad_left, p.kernel_w, p.dilation_w, p.w);
}

// The columns of dst whose windows touch neither the left nor the right border.
FASTCNN_INLINE WindowSpan inner_cols(const Pool2d& p) {
  WindowSpan span;
  span.begin = (p.pad_left + p.stride_w - 1) / p.stride_w;
  if (span.begin > p.ow) span.begin = p.ow;
  const std::size_t reach = (p.kernel_w - 1) * p.dilation_w + 1;
  span.end = p.w + p.pad_left < reach ? 0 : (p.w + p.pad_left - reach) / p.stride_w + 1;
  if (span.end > p.ow) span.end = p.ow;
  if (span.end < span.begin) span.end = span.begin;
  return span;
}

// Where pixel (row, col) of the window of dst[i, j] lies in src, in pixels.
FASTCNN_INLINE std::size_t pixel(const Pool2d& p, std::size_t i, std::size_t j, std::size_t row,
                                 std::size_t col) {
  return (i * p.stride_h + row * p.dilation_h - p.pad_top) * p.w + j * p.stride_w +
         col * p.dilation_w - p.pad_left;
}

// What the sum over the window of dst[i, j] is divided by, its clipped part being `rows`, `cols`.
FASTCNN_INLINE float divisor(const Pool2d& p, std::size_t i, std::size_t j, WindowSpan rows,
                             WindowSpan cols) {
  if (!p.count_include_pad) {
    return static_cast<float>((rows.end - rows.begin) * (cols.end - cols.begin));
  }
  return static_cast<float>(places_under(p.padded_h, i * p.stride_h, p.kernel_h, p.dilation_h) *
                            places_under(p.padded_w, j * p.stride_w, p.kernel_w, p.dilation_w));
}

}  // namespace fastcnn::kernels
