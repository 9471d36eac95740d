#pragma once

#include <cstddef>

#include "kernels/batch_norm/batch_norm.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// One row, of a whole vector (kWhole) or of r.width elements.
template <typename V, bool kWhole>
FASTCNN_INLINE V load_row(const BatchNormRows& r, const float* tensor, std::size_t row) {
  const float* p = tensor + row * r.row_stride;
  return kWhole ? V::load(p) : V::load_partial(p, r.width);
}

template <typename V, bool kWhole>
FASTCNN_INLINE void store_row(const BatchNormRows& r, float* tensor, std::size_t row, V v) {
  float* p = tensor + row * r.row_stride;
  if constexpr (kWhole) {
    store(p, v);
  } else {
    store_partial(p, v, r.width);
  }
}

// For an ISA without stores past the caches; simd/stream_<isa>.h has those of the others.
template <typename V>
FASTCNN_INLINE void stream(float* p, V v) {
  store(p, v);
}

template <typename V>
FASTCNN_INLINE void add_to(float* total, const V (&part)[4]) {
  store(total, V::load(total) + ((part[0] + part[1]) + (part[2] + part[3])));
}

template <typename V, bool kWhole>
struct BatchNormSum {
  V part[4] = {V::zero(), V::zero(), V::zero(), V::zero()};

  FASTCNN_MEMBER explicit BatchNormSum(const BatchNormRows&) {}
  FASTCNN_MEMBER void row(const BatchNormRows& r, std::size_t i, std::size_t u) {
    part[u] = part[u] + load_row<V, kWhole>(r, r.src, i);
  }
  FASTCNN_MEMBER void finish(const BatchNormRows& r) { add_to(r.sum, part); }
};

template <typename V, bool kWhole>
struct BatchNormDeviation {
  V mean;
  V part[4] = {V::zero(), V::zero(), V::zero(), V::zero()};

  // Lanes past the width read 0 as x: 0 as their mean keeps them out of the sum.
  FASTCNN_MEMBER explicit BatchNormDeviation(const BatchNormRows& r)
      : mean(kWhole ? V::load(r.mean) : V::load_partial(r.mean, r.width)) {}
  FASTCNN_MEMBER void row(const BatchNormRows& r, std::size_t i, std::size_t u) {
    const V deviation = load_row<V, kWhole>(r, r.src, i) - mean;
    part[u] = fma(deviation, deviation, part[u]);
  }
  FASTCNN_MEMBER void finish(const BatchNormRows& r) { add_to(r.sum, part); }
};

template <typename V, bool kWhole>
struct BatchNormMoments {
  V mean;
  V part[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  V square[4] = {V::zero(), V::zero(), V::zero(), V::zero()};

  FASTCNN_MEMBER explicit BatchNormMoments(const BatchNormRows& r)
      : mean(kWhole ? V::load(r.mean) : V::load_partial(r.mean, r.width)) {}
  FASTCNN_MEMBER void row(const BatchNormRows& r, std::size_t i, std::size_t u) {
    const V deviation = load_row<V, kWhole>(r, r.src, i) - mean;
    part[u] = part[u] + deviation;
    square[u] = fma(deviation, deviation, square[u]);
  }
  FASTCNN_MEMBER void finish(const BatchNormRows& r) {
    add_to(r.sum, part);
    add_to(r.product, square);
  }
};

// Where the gradient of the result passes the activation.
template <typename V>
struct Everywhere {
  FASTCNN_MEMBER explicit Everywhere(const BatchNormRows&) {}
  FASTCNN_MEMBER V pass(V grad, V) const { return grad; }
};

template <typename V>
struct WhereNotFlat {
  V scale, beta, low, high;

  FASTCNN_MEMBER explicit WhereNotFlat(const BatchNormRows& r)
      : scale(V::load(r.scale)),
        beta(V::load(r.beta)),
        low(V::broadcast(r.low)),
        high(V::broadcast(r.high)) {}
  FASTCNN_MEMBER V pass(V grad, V deviation) const {
    const V y = fma(scale, deviation, beta);
    return select(less(high, y), V::zero(), select(less(low, y), grad, V::zero()));
  }
};

template <typename V, bool kWhole, typename Mask>
struct BatchNormGradientPass {
  V mean;
  Mask mask;
  V part[4] = {V::zero(), V::zero(), V::zero(), V::zero()};
  V product[4] = {V::zero(), V::zero(), V::zero(), V::zero()};

  FASTCNN_MEMBER explicit BatchNormGradientPass(const BatchNormRows& r)
      : mean(V::load(r.mean)), mask(r) {}
  FASTCNN_MEMBER void row(const BatchNormRows& r, std::size_t i, std::size_t u) {
    const V deviation = load_row<V, kWhole>(r, r.src, i) - mean;
    const V grad = mask.pass(load_row<V, kWhole>(r, r.grad_dst, i), deviation);
    part[u] = part[u] + grad;
    product[u] = fma(grad, deviation, product[u]);
  }
  FASTCNN_MEMBER void finish(const BatchNormRows& r) {
    add_to(r.sum, part);
    add_to(r.product, product);
  }
};

template <typename V, bool kWhole>
using BatchNormGradient = BatchNormGradientPass<V, kWhole, Everywhere<V>>;
template <typename V, bool kWhole>
using BatchNormMaskedGradient = BatchNormGradientPass<V, kWhole, WhereNotFlat<V>>;

template <typename V, bool kWhole, bool kAdd>
struct BatchNormNormalizePass {
  V mean, scale, shift, low, high;

  FASTCNN_MEMBER explicit BatchNormNormalizePass(const BatchNormRows& r)
      : mean(V::load(r.mean)),
        scale(V::load(r.scale)),
        shift(V::load(r.shift)),
        low(V::broadcast(r.low)),
        high(V::broadcast(r.high)) {}
  FASTCNN_MEMBER void row(const BatchNormRows& r, std::size_t i, std::size_t) {
    V y = fma(scale, load_row<V, kWhole>(r, r.src, i) - mean, shift);
    if constexpr (kAdd) y = y + load_row<V, kWhole>(r, r.residual, i);
    y = min(high, max(low, y));
    if (kWhole && r.stream) {
      stream(r.dst + i * r.row_stride, y);
    } else {
      store_row<V, kWhole>(r, r.dst, i, y);
    }
  }
  FASTCNN_MEMBER void finish(const BatchNormRows&) {}
};

template <typename V, bool kWhole>
using BatchNormNormalize = BatchNormNormalizePass<V, kWhole, false>;
template <typename V, bool kWhole>
using BatchNormNormalizeAdd = BatchNormNormalizePass<V, kWhole, true>;

template <typename V, bool kWhole, typename Mask>
struct BatchNormBackwardPass {
  V mean, scale, shift, slope;
  Mask mask;

  FASTCNN_MEMBER explicit BatchNormBackwardPass(const BatchNormRows& r)
      : mean(V::load(r.mean)),
        scale(V::load(r.scale)),
        shift(V::load(r.shift)),
        slope(V::load(r.slope)),
        mask(r) {}
  FASTCNN_MEMBER void row(const BatchNormRows& r, std::size_t i, std::size_t) {
    const V deviation = load_row<V, kWhole>(r, r.src, i) - mean;
    const V grad = mask.pass(load_row<V, kWhole>(r, r.grad_dst, i), deviation);
    store_row<V, kWhole>(r, r.grad_src, i, fma(scale, grad, fma(slope, deviation, shift)));
  }
  FASTCNN_MEMBER void finish(const BatchNormRows&) {}
};

template <typename V, bool kWhole>
using BatchNormBackward = BatchNormBackwardPass<V, kWhole, Everywhere<V>>;
template <typename V, bool kWhole>
using BatchNormMaskedBackward = BatchNormBackwardPass<V, kWhole, WhereNotFlat<V>>;

template <typename Pass>
FASTCNN_INLINE void run_pass(const BatchNormRows& r) {
  Pass pass(r);
  std::size_t i = 0;
  for (; i + 4 <= r.rows; i += 4) {
#pragma GCC unroll 4
    for (std::size_t u = 0; u < 4; ++u) pass.row(r, i + u, u);
  }
  for (; i < r.rows; ++i) pass.row(r, i, 0);
  pass.finish(r);
}

template <typename V, template <typename, bool> class Pass>
FASTCNN_INLINE void batch_norm_rows(const BatchNormRows& r) {
  if (r.width == V::lanes) {
    run_pass<Pass<V, true>>(r);
  } else {
    run_pass<Pass<V, false>>(r);
  }
}

}  // namespace fastcnn::kernels
