#pragma once

#include "simd/inline.h"
#include "simd/math.h"
#include "simd/power.h"
#include "simd/special.h"

namespace fastcnn::kernels {

// One function a struct; formulas in functions.inc.

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
struct Abs {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return abs(a);
  }
};
struct Negative {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return V::zero() - a;
  }
};
struct Sign {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    const V one = V::broadcast(1.0f);
    return select(less(V::zero(), a), one, select(less(a, V::zero()), V::zero() - one, a));
  }
};
struct Floor {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    const V nearest = round(a);
    return nearest - select(less(a, nearest), V::broadcast(1.0f), V::zero());
  }
};
struct Ceil {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    const V nearest = round(a);
    return nearest + select(less(nearest, a), V::broadcast(1.0f), V::zero());
  }
};
struct Round {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return round(a);
  }
};
struct Reciprocal {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return V::broadcast(1.0f) / a;
  }
};
struct Square {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return a * a;
  }
};
struct Sqrt {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return sqrt(a);
  }
};
struct Exp {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return simd::exp(a);
  }
};
struct Log {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return simd::log(a);
  }
};
struct Erf {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return simd::erf(a);
  }
};
struct Softplus {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return simd::softplus(a);
  }
};
struct Softsign {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return a / (V::broadcast(1.0f) + abs(a));
  }
};
struct Elu {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V p, V q) {
    const V below = p * simd::expm1_of_negative(min(V::zero(), a));
    return q * select(less(V::zero(), a), a, below);
  }
};
struct Gelu {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    return a * simd::normal_cdf(a);
  }
};
struct GeluTanh {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    constexpr float kTwice = 1.59576912160573071f;  // 2 sqrt(2 / pi)
    const V inner = fma(a * a, a * V::broadcast(0.044715f * kTwice), a * V::broadcast(kTwice));
    return a * simd::sigmoid(inner);
  }
};
struct Swish {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V p, V) {
    return a * simd::sigmoid(p * a);
  }
};
// tanh(ln(1 + e)) = (e^2 + 2 e) / (e^2 + 2 e + 2), 1 in float32 where a > 20.
struct Mish {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    const V two = V::broadcast(2.0f);
    const V e = simd::exp(min(V::broadcast(20.0f), a));
    const V w = e * (e + two);
    return a * (w / (w + two));
  }
};
struct HardSigmoid {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V p, V q) {
    return min(V::broadcast(1.0f), max(V::zero(), fma(p, a, q)));
  }
};
struct HardSwish {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V, V) {
    const V share = fma(a, V::broadcast(1.0f / 6.0f), V::broadcast(0.5f));
    return a * min(V::broadcast(1.0f), max(V::zero(), share));
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
struct Subtract {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return a - b;
  }
};
struct Divide {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return a / b;
  }
};
// min() and max() give b where either is NaN.
struct Minimum {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return select(equal(a, a), min(a, b), a);
  }
};
struct Maximum {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return select(equal(a, a), max(a, b), a);
  }
};
struct Power {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return simd::power(a, b);
  }
};
struct Prelu {
  template <typename V>
  static FASTCNN_MEMBER V of(V a, V b, V, V) {
    return select(less(V::zero(), a), a, b * a);
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

}  // namespace fastcnn::kernels
