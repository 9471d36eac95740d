#pragma once

#include <cstddef>

#include "kernels/peak/peak.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

template <typename V>
FASTCNN_INLINE float peak_fma(std::size_t rounds) {
  const V a = V::broadcast(0.5f);
  const V b = V::broadcast(0.25f);
  V x[kPeakChains];
#pragma GCC unroll 12
  for (std::size_t j = 0; j < kPeakChains; ++j) x[j] = V::broadcast(static_cast<float>(j));
  for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (std::size_t j = 0; j < kPeakChains; ++j) x[j] = fma(x[j], a, b);
  }
  V total = x[0];
#pragma GCC unroll 12
  for (std::size_t j = 1; j < kPeakChains; ++j) total = total + x[j];
  return sum(total);
}

}  // namespace fastcnn::kernels
