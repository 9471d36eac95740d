#pragma once

#include "kernels/local_response_norm/local_response_norm.h"
#include "simd/inline.h"
#include "simd/math.h"
#include "simd/partial.h"
#include "simd/power.h"

namespace fastcnn::kernels {

// x / d^beta
template <typename V>
struct ByThreeQuarters {
  static FASTCNN_MEMBER V of(V x, V d, V) {
    const V root = sqrt(d);
    return x / (root * sqrt(root));
  }
};
template <typename V>
struct ByRoot {
  static FASTCNN_MEMBER V of(V x, V d, V) { return x / sqrt(d); }
};
template <typename V>
struct ByItself {
  static FASTCNN_MEMBER V of(V x, V d, V) { return x / d; }
};
template <typename V>
struct ByPower {
  static FASTCNN_MEMBER V of(V x, V d, V beta) { return x / simd::power(d, beta); }
};

// kSize channels a window, 0 where it is known at run time only.
template <typename V, typename Divide, std::size_t kSize>
FASTCNN_INLINE void normalize_pixel(const LocalResponseNorm& n, std::size_t pixel) {
  const std::size_t blocks = (n.channels + V::lanes - 1) / V::lanes;
  const std::size_t size = kSize > 0 ? kSize : n.size;
  const std::size_t last = n.channels - (blocks - 1) * V::lanes;
  float* squares = n.line + n.before;
  for (std::size_t b = 0; b < blocks; ++b) {
    const V x = V::load(n.src + b * n.plane + pixel * V::lanes);
    const V square = x * x;
    store(squares + b * V::lanes,
          b + 1 < blocks ? square : simd::keep_first(square, last, V::zero()));
  }
  for (std::size_t b = 0; b < blocks; ++b) {
    V sum = V::zero();
#pragma GCC unroll 5
    for (std::size_t k = 0; k < size; ++k) sum = sum + V::load(n.line + b * V::lanes + k);
    const std::size_t at = b * n.plane + pixel * V::lanes;
    const V d = fma(V::broadcast(n.scale), sum, V::broadcast(n.bias));
    const V y = Divide::of(V::load(n.src + at), d, V::broadcast(n.beta));
    store(n.dst + at, b + 1 < blocks ? y : simd::keep_first(y, last, V::zero()));
  }
}

template <typename V, typename Divide>
FASTCNN_INLINE void normalize_pixels(const LocalResponseNorm& n) {
  for (std::size_t i = 0; i < n.line_size; ++i) n.line[i] = 0.0f;
  if (n.size == 5) {
    for (std::size_t p = 0; p < n.pixels; ++p) normalize_pixel<V, Divide, 5>(n, p);
  } else {
    for (std::size_t p = 0; p < n.pixels; ++p) normalize_pixel<V, Divide, 0>(n, p);
  }
}

template <typename V>
FASTCNN_INLINE void local_response_norm(const LocalResponseNorm& n) {
  if (n.beta == 0.75f) {
    normalize_pixels<V, ByThreeQuarters<V>>(n);
  } else if (n.beta == 0.5f) {
    normalize_pixels<V, ByRoot<V>>(n);
  } else if (n.beta == 1.0f) {
    normalize_pixels<V, ByItself<V>>(n);
  } else {
    normalize_pixels<V, ByPower<V>>(n);
  }
}

}  // namespace fastcnn::kernels
