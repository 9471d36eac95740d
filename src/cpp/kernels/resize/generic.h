#pragma once

#include "kernels/resize/resize.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// Row i of dst before its columns are resized: a row of src itself, or a sum of rows in r.line.
template <typename V>
FASTCNN_INLINE const float* sum_rows(const Resize& r, std::size_t i) {
  const std::int32_t* places = r.rows.places + i * r.rows.taps;
  const float* weights = r.rows.weights + i * r.rows.taps;
  const std::size_t row = r.w * V::lanes;
  const float* first = r.src + static_cast<std::size_t>(places[0]) * row;
  if (r.rows.taps == 1) return first;
  for (std::size_t x = 0; x < row; x += V::lanes) {
    V sum = V::broadcast(weights[0]) * V::load(first + x);
    for (std::size_t t = 1; t < r.rows.taps; ++t) {
      const float* src = r.src + static_cast<std::size_t>(places[t]) * row;
      sum = fma(V::broadcast(weights[t]), V::load(src + x), sum);
    }
    store(r.line + x, sum);
  }
  return r.line;
}

// kTaps taps a column.
template <typename V, std::size_t kTaps>
FASTCNN_INLINE void resize_rows(const Resize& r) {
  for (std::size_t i = r.first_row; i < r.last_row; ++i) {
    const float* src = sum_rows<V>(r, i);
    float* dst = r.dst + i * r.ow * V::lanes;
    for (std::size_t j = 0; j < r.ow; ++j) {
      const std::int32_t* places = r.columns.places + j * kTaps;
      const float* weights = r.columns.weights + j * kTaps;
      V sum = V::load(src + static_cast<std::size_t>(places[0]) * V::lanes);
      if (kTaps > 1) sum = V::broadcast(weights[0]) * sum;
#pragma GCC unroll 4
      for (std::size_t t = 1; t < kTaps; ++t) {
        const V x = V::load(src + static_cast<std::size_t>(places[t]) * V::lanes);
        sum = fma(V::broadcast(weights[t]), x, sum);
      }
      store(dst + j * V::lanes, sum);
    }
  }
}

template <typename V>
FASTCNN_INLINE void resize(const Resize& r) {
  if (r.columns.taps == 1) {
    resize_rows<V, 1>(r);
  } else if (r.columns.taps == 2) {
    resize_rows<V, 2>(r);
  } else {
    resize_rows<V, 4>(r);
  }
}

}  // namespace fastcnn::kernels
