#pragma once

#include <cstddef>

#include "kernels/global_pool2d/global_pool2d.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

template <typename V>
struct GlobalMax {
  static FASTCNN_MEMBER V first() { return V::broadcast(-__builtin_inff()); }
  // max() gives x where either is NaN: a NaN already found has to be kept apart.
  static FASTCNN_MEMBER V next(V largest, V x) {
    return select(equal(largest, largest), max(largest, x), largest);
  }
  static FASTCNN_MEMBER V last(V largest, std::size_t) { return largest; }
};

template <typename V>
struct GlobalMean {
  static FASTCNN_MEMBER V first() { return V::zero(); }
  static FASTCNN_MEMBER V next(V sum, V x) { return sum + x; }
  static FASTCNN_MEMBER V last(V sum, std::size_t pixels) {
    return sum / V::broadcast(static_cast<float>(pixels));
  }
};

template <typename V, typename Reduce>
FASTCNN_INLINE void global_pool2d(const GlobalPool2d& p) {
  V part[4];
#pragma GCC unroll 4
  for (std::size_t u = 0; u < 4; ++u) part[u] = Reduce::first();
  std::size_t i = 0;
  for (; i + 4 <= p.pixels; i += 4) {
#pragma GCC unroll 4
    for (std::size_t u = 0; u < 4; ++u) {
      part[u] = Reduce::next(part[u], V::load(p.src + (i + u) * V::lanes));
    }
  }
  for (; i < p.pixels; ++i) part[0] = Reduce::next(part[0], V::load(p.src + i * V::lanes));
  const V all = Reduce::next(Reduce::next(part[0], part[1]), Reduce::next(part[2], part[3]));
  store(p.dst, Reduce::last(all, p.pixels));
}

template <typename V>
FASTCNN_INLINE void global_max_pool2d_backward(const GlobalPool2d& p) {
  const V dst = V::load(p.dst);
  V rest = V::load(p.grad_dst);  // the gradient until the maximum is met, 0 after it
  for (std::size_t i = 0; i < p.pixels; ++i) {
    const auto found = equal(V::load(p.src + i * V::lanes), dst);
    store(p.grad_src + i * V::lanes, select(found, rest, V::zero()));
    rest = select(found, V::zero(), rest);
  }
}

template <typename V>
FASTCNN_INLINE void global_average_pool2d_backward(const GlobalPool2d& p) {
  const V share = V::load(p.grad_dst) / V::broadcast(static_cast<float>(p.pixels));
  for (std::size_t i = 0; i < p.pixels; ++i) store(p.grad_src + i * V::lanes, share);
}

}  // namespace fastcnn::kernels
