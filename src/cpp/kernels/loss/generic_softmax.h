#pragma once

#include <cstddef>

#include "kernels/loss/loss.h"
#include "simd/inline.h"
#include "simd/math.h"
#include "simd/partial.h"

namespace fastcnn::kernels {

// A row of logits x, with its largest m and the sum s of exp(x - m) in every lane. Elements past
// the row read as minus infinity: no maximum, and nothing to the sum.
template <typename V>
struct LogitsRow {
  const float* x;
  std::size_t cols;
  V m = V::broadcast(-__builtin_inff());
  V s = V::zero();

  FASTCNN_MEMBER LogitsRow(const float* row, std::size_t count) : x(row), cols(count) {
    for (std::size_t i = 0; i < cols; i += V::lanes) m = max(m, at(i));
    m = V::broadcast(largest(m));
    for (std::size_t i = 0; i < cols; i += V::lanes) s = s + exp_at(i);
    s = V::broadcast(sum(s));
  }

  FASTCNN_MEMBER V at(std::size_t i) const {
    if (i + V::lanes <= cols) return V::load(x + i);
    const V last = V::load_partial(x + i, cols - i);
    return simd::keep_first(last, cols - i, V::broadcast(-__builtin_inff()));
  }
  FASTCNN_MEMBER V exp_at(std::size_t i) const { return simd::exp(at(i) - m); }
};

FASTCNN_INLINE bool is_class(std::int32_t label, std::size_t cols) {
  return label >= 0 && static_cast<std::size_t>(label) < cols;
}

template <typename V>
FASTCNN_INLINE void sparse_softmax_cross_entropy(const LossRows& r) {
  for (std::size_t row = 0; row < r.rows; ++row) {
    const std::int32_t label = r.labels[row];
    r.loss[row] = __builtin_nanf("");
    if (!is_class(label, r.cols)) continue;
    const LogitsRow<V> logits(r.src + row * r.cols, r.cols);
    const V of_label = V::broadcast(logits.x[label]) - logits.m;
    store_partial(r.loss + row, simd::log(logits.s) - of_label, 1);
  }
}

template <typename V>
FASTCNN_INLINE void sparse_softmax_cross_entropy_backward(const LossRows& r) {
  for (std::size_t row = 0; row < r.rows; ++row) {
    const std::int32_t label = r.labels[row];
    const bool known = is_class(label, r.cols);
    const LogitsRow<V> logits(r.src + row * r.cols, r.cols);
    const V grad = V::broadcast(known ? r.grad_loss[row] : __builtin_nanf(""));
    float* grad_src = r.grad_src + row * r.cols;
    // Before the row is written: grad_src may be src.
    const V of_label =
        simd::exp(V::broadcast(known ? logits.x[label] : 0.0f) - logits.m) / logits.s;
    for (std::size_t i = 0; i < r.cols; i += V::lanes) {
      simd::store_up_to(grad_src + i, grad * (logits.exp_at(i) / logits.s), r.cols - i);
    }
    if (known) store_partial(grad_src + label, grad * (of_label - V::broadcast(1.0f)), 1);
  }
}

template <typename V>
FASTCNN_INLINE void softmax_cross_entropy(const LossRows& r) {
  for (std::size_t row = 0; row < r.rows; ++row) {
    const LogitsRow<V> logits(r.src + row * r.cols, r.cols);
    const float* targets = r.targets + row * r.cols;
    V total = V::zero();
    V product = V::zero();
    for (std::size_t i = 0; i < r.cols; i += V::lanes) {
      const std::size_t n = r.cols - i;
      const V t = simd::load_up_to<V>(targets + i, n);
      total = total + t;
      product = product + simd::keep_first(t * (logits.at(i) - logits.m), n, V::zero());
    }
    const V loss = simd::log(logits.s) * V::broadcast(sum(total)) - V::broadcast(sum(product));
    store_partial(r.loss + row, loss, 1);
  }
}

template <typename V>
FASTCNN_INLINE void softmax_cross_entropy_backward(const LossRows& r) {
  for (std::size_t row = 0; row < r.rows; ++row) {
    const LogitsRow<V> logits(r.src + row * r.cols, r.cols);
    const float* targets = r.targets + row * r.cols;
    const V grad = V::broadcast(r.grad_loss[row]);
    V total = V::zero();
    for (std::size_t i = 0; i < r.cols; i += V::lanes) {
      total = total + simd::load_up_to<V>(targets + i, r.cols - i);
    }
    const V scale = V::broadcast(sum(total)) / logits.s;
    for (std::size_t i = 0; i < r.cols; i += V::lanes) {
      const std::size_t n = r.cols - i;
      const V t = simd::load_up_to<V>(targets + i, n);
      const V slope = fma(logits.exp_at(i), scale, V::zero() - t);
      simd::store_up_to(r.grad_src + row * r.cols + i, grad * slope, n);
    }
  }
}

}  // namespace fastcnn::kernels
