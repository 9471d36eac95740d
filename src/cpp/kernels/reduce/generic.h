#pragma once

#include "kernels/reduce/reduce.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// Each adds its term of x to `sum`.
struct Sum {
  template <typename V>
  static FASTCNN_MEMBER V add(V sum, V x, V, V) {
    return sum + x;
  }
};
struct Penalty {
  template <typename V>
  static FASTCNN_MEMBER V add(V sum, V x, V l1, V l2) {
    const V size = abs(x);
    return fma(size, fma(l2, size, l1), sum);
  }
};

template <typename V, typename Term>
FASTCNN_INLINE float reduce_run(const float* src, std::size_t count, V l1, V l2) {
  constexpr std::size_t kParts = 4;  // hide the latency of the addition
  V part[kParts];
  for (std::size_t p = 0; p < kParts; ++p) part[p] = V::zero();

  std::size_t i = 0;
  for (; i + kParts * V::lanes <= count; i += kParts * V::lanes) {
    for (std::size_t p = 0; p < kParts; ++p) {
      part[p] = Term::add(part[p], V::load(src + i + p * V::lanes), l1, l2);
    }
  }
  for (; i + V::lanes <= count; i += V::lanes) {
    part[0] = Term::add(part[0], V::load(src + i), l1, l2);
  }
  if (i < count) part[1] = Term::add(part[1], V::load_partial(src + i, count - i), l1, l2);
  return sum((part[0] + part[1]) + (part[2] + part[3]));
}

template <typename V, typename Term>
FASTCNN_INLINE double reduce(const Reduce& r) {
  const V l1 = V::broadcast(r.l1);
  const V l2 = V::broadcast(r.l2);
  double total = 0;
  for (std::size_t i = 0; i < r.count; i += kReduceRun) {
    const std::size_t count = r.count - i < kReduceRun ? r.count - i : kReduceRun;
    total += static_cast<double>(reduce_run<V, Term>(r.src + i, count, l1, l2));
  }
  return total;
}

}  // namespace fastcnn::kernels
