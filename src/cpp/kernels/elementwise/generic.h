#pragma once

#include "kernels/elementwise/elementwise.h"
#include "kernels/elementwise/generic_functions.h"
#include "simd/inline.h"
#include "simd/partial.h"

namespace fastcnn::kernels {

// Where the vector for elements i, i + 1, ... of an operand comes from; tail() is the last, partial
// one.
template <typename V>
struct Each {
  const float* x;
  FASTCNN_MEMBER V at(std::size_t i) const { return V::load(x + i); }
  FASTCNN_MEMBER V tail(std::size_t i, std::size_t n) const { return V::load_partial(x + i, n); }
};

template <typename V>
struct Same {
  V v;
  FASTCNN_MEMBER V at(std::size_t) const { return v; }
  FASTCNN_MEMBER V tail(std::size_t, std::size_t) const { return v; }
};

template <typename V>
struct Spread {
  const float* x;
  FASTCNN_MEMBER V at(std::size_t i) const { return V::broadcast(x[i / V::lanes]); }
  FASTCNN_MEMBER V tail(std::size_t i, std::size_t) const { return at(i); }
};

template <typename V>
FASTCNN_INLINE Same<V> same(const float* x, Operand operand, std::size_t lanes) {
  return {operand == Operand::kScalar ? V::broadcast(*x) : simd::load_up_to<V>(x, lanes)};
}

template <typename V, typename Function>
FASTCNN_INLINE void unary(const Elementwise& e) {
  const V p = V::broadcast(e.p);
  const V q = V::broadcast(e.q);
  const auto kept = simd::first_lanes<V>(e.lanes);
  std::size_t i = 0;
  for (; i + V::lanes <= e.count; i += V::lanes) {
    store(e.dst + i, select(kept, Function::of(V::load(e.a + i), p, q), V::zero()));
  }
  if (const std::size_t rest = e.count - i) {
    store_partial(e.dst + i, Function::of(V::load_partial(e.a + i, rest), p, q), rest);
  }
}

template <typename V, typename Function, typename A, typename B>
FASTCNN_INLINE void binary_loop(const Elementwise& e, A a, B b) {
  const V p = V::broadcast(e.p);
  const V q = V::broadcast(e.q);
  const auto kept = simd::first_lanes<V>(e.lanes);
  std::size_t i = 0;
  for (; i + V::lanes <= e.count; i += V::lanes) {
    store(e.dst + i, select(kept, Function::of(a.at(i), b.at(i), p, q), V::zero()));
  }
  if (const std::size_t rest = e.count - i) {
    store_partial(e.dst + i, Function::of(a.tail(i, rest), b.tail(i, rest), p, q), rest);
  }
}

template <typename V, typename Function>
FASTCNN_INLINE void binary(const Elementwise& e) {
  const Each<V> a = {e.a};
  const Each<V> b = {e.b};
  if (e.a_operand == Operand::kEach && e.b_operand == Operand::kEach) {
    binary_loop<V, Function>(e, a, b);
  } else if (e.b_operand == Operand::kSpread) {
    binary_loop<V, Function>(e, a, Spread<V>{e.b});
  } else if (e.a_operand == Operand::kSpread) {
    binary_loop<V, Function>(e, Spread<V>{e.a}, b);
  } else if (e.a_operand == Operand::kEach) {
    binary_loop<V, Function>(e, a, same<V>(e.b, e.b_operand, e.lanes));
  } else {
    binary_loop<V, Function>(e, same<V>(e.a, e.a_operand, e.lanes), b);
  }
}

}  // namespace fastcnn::kernels
