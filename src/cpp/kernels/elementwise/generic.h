#pragma once

#include "kernels/elementwise/elementwise.h"
#include "simd/inline.h"
#include "simd/math.h"

namespace fastcnn::kernels {

// One function a struct; formulas in elementwise.h.

struct Clip {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V p, V q) {
    return min(q, max(p, a));
  }
};
struct LeakyRelu {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V p, V) {
    return select(less(V::zero(), a), a, p * a);
  }
};
struct Sigmoid {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return simd::sigmoid(a);
  }
};
struct Tanh {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return simd::tanh(a);
  }
};
struct Scale {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V p, V) {
    return p * a;
  }
};

struct AddClip {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V p, V q) {
    return min(q, max(p, a + b));
  }
};
struct Multiply {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return a * b;
  }
};
struct WeightedSum {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V p, V q) {
    return fma(p, a, q * b);
  }
};
struct ReluBackward {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return select(less(V::zero(), b), a, V::zero());
  }
};
struct LeakyReluBackward {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V p, V) {
    return select(less(V::zero(), b), a, p * a);
  }
};
struct ClipBackward {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V p, V q) {
    return select(less(p, b), select(less(b, q), a, V::zero()), V::zero());
  }
};
struct SigmoidBackward {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return a * b * (V::broadcast(1.0f) - b);
  }
};
struct TanhBackward {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return a * fma(V::zero() - b, b, V::broadcast(1.0f));
  }
};

template <typename V, typename Function>
FASTCNN_INLINE void unary(const Elementwise& e) {
  const V p = V::broadcast(e.p);
  const V q = V::broadcast(e.q);
  std::size_t i = 0;
  for (; i + V::lanes <= e.count; i += V::lanes) {
    store(e.dst + i, Function::of(V::load(e.a + i), p, q));
  }
  if (const std::size_t rest = e.count - i) {
    store_partial(e.dst + i, Function::of(V::load_partial(e.a + i, rest), p, q), rest);
  }
}

template <typename V, typename Function>
FASTCNN_INLINE void binary(const Elementwise& e) {
  const V p = V::broadcast(e.p);
  const V q = V::broadcast(e.q);
  std::size_t i = 0;
  for (; i + V::lanes <= e.count; i += V::lanes) {
    store(e.dst + i, Function::of(V::load(e.a + i), V::load(e.b + i), p, q));
  }
  if (const std::size_t rest = e.count - i) {
    const V a = V::load_partial(e.a + i, rest);
    const V b = V::load_partial(e.b + i, rest);
    store_partial(e.dst + i, Function::of(a, b, p, q), rest);
  }
}

}  // namespace fastcnn::kernels
