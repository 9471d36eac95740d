#pragma once

#include <cstddef>

#include "kernels/loss/loss.h"
#include "simd/inline.h"
#include "simd/math.h"
#include "simd/partial.h"

namespace fastcnn::kernels {

// The losses whose rows are a sum of one term an element. Term::loss() and Term::gradient() take
// vectors of x and t; the gradient is by x, for a gradient of 1 by the loss.

template <typename V>
struct CrossEntropyTerm {
  V low, high;

  FASTCNN_MEMBER explicit CrossEntropyTerm(const LossRows& r)
      : low(V::broadcast(r.low)), high(V::broadcast(r.high)) {}
  FASTCNN_MEMBER V loss(V x, V t) const {
    return V::zero() - t * simd::log(min(high, max(low, x)));
  }
  FASTCNN_MEMBER V gradient(V x, V t) const { return unless_clipped(x, V::zero() - t / x); }
  // A NaN is not clipped.
  FASTCNN_MEMBER V unless_clipped(V x, V gradient) const {
    return select(less(x, low), V::zero(), select(less(high, x), V::zero(), gradient));
  }
};

template <typename V>
struct BinaryCrossEntropyTerm {
  CrossEntropyTerm<V> yes;
  V factor;

  FASTCNN_MEMBER explicit BinaryCrossEntropyTerm(const LossRows& r)
      : yes(r), factor(V::broadcast(r.factor)) {}
  // clip(1 - x), not 1 - clip(x): float32 has no 1 - epsilon to take from 1 again.
  FASTCNN_MEMBER V loss(V x, V t) const {
    const V one = V::broadcast(1.0f);
    return factor * (yes.loss(x, t) + yes.loss(one - x, one - t));
  }
  FASTCNN_MEMBER V gradient(V x, V t) const {
    const V one = V::broadcast(1.0f);
    return yes.unless_clipped(x, factor * ((one - t) / (one - x) - t / x));
  }
};

template <typename V>
struct SquaredErrorTerm {
  V factor;

  FASTCNN_MEMBER explicit SquaredErrorTerm(const LossRows& r) : factor(V::broadcast(r.factor)) {}
  FASTCNN_MEMBER V loss(V x, V t) const { return factor * ((x - t) * (x - t)); }
  FASTCNN_MEMBER V gradient(V x, V t) const { return factor * ((x - t) + (x - t)); }
};

template <typename V, template <typename> class Term>
FASTCNN_INLINE void sum_of_terms(const LossRows& r) {
  const Term<V> term(r);
  for (std::size_t row = 0; row < r.rows; ++row) {
    const float* x = r.src + row * r.cols;
    const float* t = r.targets + row * r.cols;
    V total = V::zero();
    std::size_t i = 0;
    for (; i + V::lanes <= r.cols; i += V::lanes) {
      total = total + term.loss(V::load(x + i), V::load(t + i));
    }
    if (const std::size_t n = r.cols - i; n > 0) {
      const V last = term.loss(V::load_partial(x + i, n), V::load_partial(t + i, n));
      total = total + simd::keep_first(last, n, V::zero());
    }
    r.loss[row] = sum(total);
  }
}

template <typename V, template <typename> class Term>
FASTCNN_INLINE void gradient_of_terms(const LossRows& r) {
  const Term<V> term(r);
  for (std::size_t row = 0; row < r.rows; ++row) {
    const std::size_t at = row * r.cols;
    const V grad = V::broadcast(r.grad_loss[row]);
    for (std::size_t i = 0; i < r.cols; i += V::lanes) {
      const std::size_t n = r.cols - i;
      const V x = simd::load_up_to<V>(r.src + at + i, n);
      const V t = simd::load_up_to<V>(r.targets + at + i, n);
      simd::store_up_to(r.grad_src + at + i, grad * term.gradient(x, t), n);
    }
  }
}

}  // namespace fastcnn::kernels
