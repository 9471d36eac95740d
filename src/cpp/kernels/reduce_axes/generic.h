#pragma once

#include "kernels/reduce_axes/reduce_axes.h"
#include "simd/inline.h"
#include "simd/math.h"
#include "simd/partial.h"

namespace fastcnn::kernels {

// A term's neutral element, what an x becomes, and how two of them are joined.
template <typename V>
struct Sum {
  static FASTCNN_MEMBER V neutral() { return V::zero(); }
  static FASTCNN_MEMBER V of(V x, V) { return x; }
  static FASTCNN_MEMBER V join(V a, V b) { return a + b; }
};
template <typename V>
struct SumAbs : Sum<V> {
  static FASTCNN_MEMBER V of(V x, V) { return abs(x); }
};
template <typename V>
struct SumSquare : Sum<V> {
  static FASTCNN_MEMBER V of(V x, V) { return x * x; }
};
template <typename V>
struct SumExp : Sum<V> {
  static FASTCNN_MEMBER V of(V x, V shift) { return simd::exp(x - shift); }
};
template <typename V>
struct Product {
  static FASTCNN_MEMBER V neutral() { return V::broadcast(1.0f); }
  static FASTCNN_MEMBER V of(V x, V) { return x; }
  static FASTCNN_MEMBER V join(V a, V b) { return a * b; }
};
// max() and min() give b where either is NaN: a NaN already found has to be kept apart.
template <typename V>
struct Max {
  static FASTCNN_MEMBER V neutral() { return V::broadcast(-__builtin_inff()); }
  static FASTCNN_MEMBER V of(V x, V) { return x; }
  static FASTCNN_MEMBER V join(V a, V b) { return select(equal(a, a), max(a, b), a); }
};
template <typename V>
struct Min {
  static FASTCNN_MEMBER V neutral() { return V::broadcast(__builtin_inff()); }
  static FASTCNN_MEMBER V of(V x, V) { return x; }
  static FASTCNN_MEMBER V join(V a, V b) { return select(equal(a, a), min(a, b), a); }
};

// Joins the lanes of v, in halves: the first lane of the result.
template <typename V, typename Term>
FASTCNN_INLINE V join_lanes(V v) {
  float lane[2 * V::lanes] = {};
  for (std::size_t half = V::lanes / 2; half > 0; half /= 2) {
    store(lane, v);
    v = Term::join(v, V::load(lane + half));
  }
  return v;
}

template <typename V, typename Term>
FASTCNN_INLINE V reduce_row(const float* src, std::size_t count, V shift) {
  constexpr std::size_t kParts = 4;
  V part[kParts];
  for (std::size_t p = 0; p < kParts; ++p) part[p] = Term::neutral();
  std::size_t i = 0;
  for (; i + kParts * V::lanes <= count; i += kParts * V::lanes) {
    for (std::size_t p = 0; p < kParts; ++p) {
      part[p] = Term::join(part[p], Term::of(V::load(src + i + p * V::lanes), shift));
    }
  }
  for (; i + V::lanes <= count; i += V::lanes) {
    part[0] = Term::join(part[0], Term::of(V::load(src + i), shift));
  }
  if (const std::size_t rest = count - i) {
    const V last = Term::of(V::load_partial(src + i, rest), shift);
    part[1] = Term::join(part[1], simd::keep_first(last, rest, Term::neutral()));
  }
  return join_lanes<V, Term>(
      Term::join(Term::join(part[0], part[1]), Term::join(part[2], part[3])));
}

template <typename V, typename Term>
FASTCNN_INLINE void reduce_rows(const ReduceAxes& r) {
  for (std::size_t row = 0; row < r.outputs; ++row) {
    const V shift = r.shift == nullptr ? V::zero() : V::broadcast(r.shift[row]);
    V total = r.first ? Term::neutral() : V::broadcast(r.dst[row]);
    for (std::size_t i = 0; i < r.count; i += kReduceRow) {
      const std::size_t count = r.count - i < kReduceRow ? r.count - i : kReduceRow;
      total = Term::join(total, reduce_row<V, Term>(r.src + row * r.stride + i, count, shift));
    }
    store_partial(r.dst + row, total, 1);
  }
}

// kVectors vectors of columns, kRows rows at a time, `width` columns where it is the last, partial
// vector.
template <typename V, typename Term, std::size_t kVectors, std::size_t kRows>
FASTCNN_INLINE void reduce_strip(const ReduceAxes& r, std::size_t column, std::size_t width) {
  V part[kRows][kVectors];
  V shift[kVectors];
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v) {
    const std::size_t c = column + v * V::lanes;
    shift[v] = r.shift == nullptr ? V::zero() : simd::load_up_to<V>(r.shift + c, width);
    part[0][v] = r.first ? Term::neutral() : simd::load_up_to<V>(r.dst + c, width);
#pragma GCC unroll 4
    for (std::size_t row = 1; row < kRows; ++row) part[row][v] = Term::neutral();
  }
  const float* src = r.src + column;
  std::size_t i = 0;
  for (; i + kRows <= r.count; i += kRows) {
#pragma GCC unroll 4
    for (std::size_t row = 0; row < kRows; ++row) {
#pragma GCC unroll 4
      for (std::size_t v = 0; v < kVectors; ++v) {
        const V x = simd::load_up_to<V>(src + (i + row) * r.stride + v * V::lanes, width);
        part[row][v] = Term::join(part[row][v], Term::of(x, shift[v]));
      }
    }
  }
  for (; i < r.count; ++i) {
#pragma GCC unroll 4
    for (std::size_t v = 0; v < kVectors; ++v) {
      const V x = simd::load_up_to<V>(src + i * r.stride + v * V::lanes, width);
      part[0][v] = Term::join(part[0][v], Term::of(x, shift[v]));
    }
  }
#pragma GCC unroll 4
  for (std::size_t v = 0; v < kVectors; ++v) {
    V total = part[0][v];
#pragma GCC unroll 4
    for (std::size_t row = 1; row < kRows; ++row) total = Term::join(total, part[row][v]);
    simd::store_up_to(r.dst + column + v * V::lanes, total, width);
  }
}

template <typename V, typename Term>
FASTCNN_INLINE void reduce_columns(const ReduceAxes& r) {
  std::size_t column = 0;
  for (; column + 2 * V::lanes <= r.outputs; column += 2 * V::lanes) {
    reduce_strip<V, Term, 2, 2>(r, column, V::lanes);
  }
  if (column + V::lanes <= r.outputs) {
    reduce_strip<V, Term, 1, 4>(r, column, V::lanes);
    column += V::lanes;
  }
  if (column < r.outputs) reduce_strip<V, Term, 1, 4>(r, column, r.outputs - column);
}

}  // namespace fastcnn::kernels
