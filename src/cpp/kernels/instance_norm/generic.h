#pragma once

#include "kernels/instance_norm/instance_norm.h"
#include "simd/inline.h"
#include "simd/partial.h"

namespace fastcnn::kernels {

template <typename V>
struct Itself {
  static FASTCNN_MEMBER V of(V x, V) { return x; }
};
template <typename V>
struct SquareFrom {
  static FASTCNN_MEMBER V of(V x, V mean) { return (x - mean) * (x - mean); }
};

// The mean over the pixels of Term::of(src, mean).
template <typename V, typename Term>
FASTCNN_INLINE V mean_over_pixels(const InstanceNorm& n, V mean) {
  constexpr std::size_t kParts = 4;
  V part[kParts];
  for (std::size_t u = 0; u < kParts; ++u) part[u] = V::zero();
  std::size_t p = 0;
  for (; p + kParts <= n.pixels; p += kParts) {
#pragma GCC unroll 4
    for (std::size_t u = 0; u < kParts; ++u) {
      part[u] = part[u] + Term::of(V::load(n.src + (p + u) * V::lanes), mean);
    }
  }
  for (; p < n.pixels; ++p) part[0] = part[0] + Term::of(V::load(n.src + p * V::lanes), mean);
  return ((part[0] + part[1]) + (part[2] + part[3])) / V::broadcast(static_cast<float>(n.pixels));
}

template <typename V>
FASTCNN_INLINE void instance_norm(const InstanceNorm& n) {
  const V mean = mean_over_pixels<V, Itself<V>>(n, V::zero());
  const V variance = mean_over_pixels<V, SquareFrom<V>>(n, mean);
  const V deviation = sqrt(variance + V::broadcast(n.epsilon));
  const V scale = simd::load_up_to<V>(n.scale, n.channels) / deviation;
  const V shift = simd::load_up_to<V>(n.shift, n.channels);
  const auto kept = simd::first_lanes<V>(n.channels);
  for (std::size_t p = 0; p < n.pixels; ++p) {
    const V y = fma(V::load(n.src + p * V::lanes) - mean, scale, shift);
    store(n.dst + p * V::lanes, select(kept, y, V::zero()));
  }
}

}  // namespace fastcnn::kernels
