#pragma once

#include <cstddef>

#include "kernels/conv2d_depthwise_rows/conv2d_depthwise_rows.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// The rows of taps of one row of windows that lie in the image.
struct DepthwiseTapRows {
  const float* src;  // the first of them
  const float* weights;
  std::ptrdiff_t count;
};

FASTCNN_INLINE DepthwiseTapRows depthwise_tap_rows(const Conv2dDepthwiseRows& c, std::ptrdiff_t i,
                                                   std::ptrdiff_t lanes) {
  const auto outside = [&](std::ptrdiff_t row) {
    return static_cast<std::size_t>(row) >= static_cast<std::size_t>(c.src_rows);
  };
  std::ptrdiff_t row = c.first_row + i * c.row_step;
  std::ptrdiff_t first = 0;
  for (; first < c.tap_rows && outside(row); ++first) row += c.tap_row_step;
  std::ptrdiff_t count = c.tap_rows - first;
  while (count > 0 && outside(row + (count - 1) * c.tap_row_step)) --count;
  return {c.src + row * c.src_columns * lanes, c.weights + first * c.weights_row, count};
}

// One row of taps over kColumns pixels: a source vector is loaded once and goes into every window
// that holds it. `column` is that of src; with kEdge the outermost ones may lie outside.
template <typename V, int kTaps, int kStep, int kColumns, bool kEdge>
FASTCNN_INLINE void depthwise_row_of_taps(const Conv2dDepthwiseRows& c, const float* src,
                                          std::ptrdiff_t column, const float* weights,
                                          V (&acc)[kColumns]) {
  constexpr int kReach = kTaps / 2;
  constexpr int kWidth = (kColumns - 1) * kStep + kTaps;
  constexpr std::ptrdiff_t kLanes = V::lanes;
  V w[kTaps];
#pragma GCC unroll 8
  for (int k = 0; k < kTaps; ++k) w[k] = V::load(weights + k * c.weights_column);
#pragma GCC unroll 32
  for (int x = 0; x < kWidth; ++x) {
    if (kEdge && (x < kReach || x >= kWidth - kReach) &&
        static_cast<std::size_t>(column + x) >= static_cast<std::size_t>(c.src_columns)) {
      continue;
    }
    const V value = V::load(src + x * kLanes);
#pragma GCC unroll 8
    for (int k = 0; k < kTaps; ++k) {
      const int j = (x - k) / kStep;
      if (x >= k && (x - k) % kStep == 0 && j < kColumns) acc[j] = fma(value, w[k], acc[j]);
    }
  }
}

// Pixels [j, j + kColumns) of row i: the sums stay in registers over all taps.
template <typename V, int kTaps, int kStep, int kColumns, bool kEdge>
FASTCNN_INLINE void depthwise_rows_tile(const Conv2dDepthwiseRows& c, const DepthwiseTapRows& rows,
                                        V bias, std::ptrdiff_t i, std::ptrdiff_t j) {
  constexpr std::ptrdiff_t kLanes = V::lanes;
  constexpr float kInfinity = __builtin_inff();
  V acc[kColumns];
#pragma GCC unroll 16
  for (int p = 0; p < kColumns; ++p) acc[p] = bias;

  const std::ptrdiff_t column = c.first_column + j * kStep;
  const std::ptrdiff_t src_step = c.tap_row_step * c.src_columns * kLanes;
  const float* src = rows.src + column * kLanes;
  const float* weights = rows.weights;
  for (std::ptrdiff_t r = rows.count; r > 0; --r) {
    depthwise_row_of_taps<V, kTaps, kStep, kColumns, kEdge>(c, src, column, weights, acc);
    src += src_step;
    weights += c.weights_row;
  }

  const std::ptrdiff_t place = (i * c.columns + j) * kLanes;
  if (c.residual != nullptr) {
#pragma GCC unroll 16
    for (int p = 0; p < kColumns; ++p) acc[p] = acc[p] + V::load(c.residual + place + p * kLanes);
  }
  if (c.high < kInfinity) {
    const V high = V::broadcast(c.high);
#pragma GCC unroll 16
    for (int p = 0; p < kColumns; ++p) acc[p] = min(high, acc[p]);
  }
  const V low = V::broadcast(c.low);
#pragma GCC unroll 16
  for (int p = 0; p < kColumns; ++p) store(c.dst + place + p * kLanes, max(low, acc[p]));
}

template <typename V, int kTaps, int kStep, int kColumns>
FASTCNN_INLINE void depthwise_rows_tile_of(const Conv2dDepthwiseRows& c,
                                           const DepthwiseTapRows& rows, V bias, std::ptrdiff_t i,
                                           std::ptrdiff_t begin, std::ptrdiff_t end) {
  if (end - begin == kColumns) {
    if (begin == 0 || end == c.columns) {
      return depthwise_rows_tile<V, kTaps, kStep, kColumns, true>(c, rows, bias, i, begin);
    }
    return depthwise_rows_tile<V, kTaps, kStep, kColumns, false>(c, rows, bias, i, begin);
  }
  if constexpr (kColumns > 1) {
    depthwise_rows_tile_of<V, kTaps, kStep, kColumns - 1>(c, rows, bias, i, begin, end);
  }
}

// Each row in nearly equal tiles of at most eight pixels: that many sums hide the latency of the
// multiply-add.
template <typename V, int kTaps, int kStep>
FASTCNN_INLINE void depthwise_rows(const Conv2dDepthwiseRows& args) {
  const Conv2dDepthwiseRows c = args;  // a copy, so that no store to dst may change it
  constexpr int kColumns = 8;
  const std::ptrdiff_t tiles = (c.columns + kColumns - 1) / kColumns;
  if (tiles == 0) return;
  const std::ptrdiff_t width = c.columns / tiles;
  const std::ptrdiff_t wider = c.columns % tiles;
  V bias = V::zero();
  if (c.bias != nullptr) {
    bias = c.bias_lanes < V::lanes ? V::load_partial(c.bias, c.bias_lanes) : V::load(c.bias);
  }
  for (std::ptrdiff_t i = 0; i < c.rows; ++i) {
    const DepthwiseTapRows rows = depthwise_tap_rows(c, i, V::lanes);
    std::ptrdiff_t begin = 0;
    for (std::ptrdiff_t tile = 0; tile < tiles; ++tile) {
      const std::ptrdiff_t end = begin + width + (tile < wider ? 1 : 0);
      depthwise_rows_tile_of<V, kTaps, kStep, kColumns>(c, rows, bias, i, begin, end);
      begin = end;
    }
  }
}

}  // namespace fastcnn::kernels
