#pragma once

#include <cstddef>

#include "kernels/gemm/gemm.h"
#include "simd/inline.h"
#include "simd/partial.h"

namespace fastcnn::kernels {

// kRows rows of C, two vectors wide, from row `m` on. With kUnroll > 1, k is summed in kUnroll
// interleaved parts, so that a tile of few rows still has enough independent sums to hide the
// latency of the multiply-add.
template <typename V, std::size_t kRows, std::size_t kUnroll>
FASTCNN_INLINE void gemm_tile(const GemmPanel& t, std::size_t m) {
  constexpr std::size_t kLanes = V::lanes;
  const std::size_t left = t.cols < kLanes ? t.cols : kLanes;
  const std::size_t right = t.cols - left;
  float* c = t.c + m * t.ldc;

  V sum[kUnroll][kRows][2];
#pragma GCC unroll 4
  for (std::size_t u = 0; u < kUnroll; ++u) {
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kRows; ++r) sum[u][r][0] = sum[u][r][1] = V::zero();
  }
  if (t.accumulate) {
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kRows; ++r) {
      sum[0][r][0] = simd::load_up_to<V>(c + r * t.ldc, left);
      if (right > 0) sum[0][r][1] = simd::load_up_to<V>(c + r * t.ldc + kLanes, right);
    }
  }

  const float* a = t.a + m * t.a_row_stride;
  const float* b = t.b;
  std::size_t k = 0;
  for (; k + kUnroll <= t.depth; k += kUnroll) {
#pragma GCC unroll 4
    for (std::size_t u = 0; u < kUnroll; ++u) {
      const V b0 = V::load(b);
      const V b1 = V::load(b + kLanes);
#pragma GCC unroll 8
      for (std::size_t r = 0; r < kRows; ++r) {
        const V x = V::broadcast(a[r * t.a_row_stride]);
        sum[u][r][0] = fma(x, b0, sum[u][r][0]);
        sum[u][r][1] = fma(x, b1, sum[u][r][1]);
      }
      a += t.a_depth_stride;
      b += 2 * kLanes;
    }
  }
  for (; k < t.depth; ++k) {
    const V b0 = V::load(b);
    const V b1 = V::load(b + kLanes);
#pragma GCC unroll 8
    for (std::size_t r = 0; r < kRows; ++r) {
      const V x = V::broadcast(a[r * t.a_row_stride]);
      sum[0][r][0] = fma(x, b0, sum[0][r][0]);
      sum[0][r][1] = fma(x, b1, sum[0][r][1]);
    }
    a += t.a_depth_stride;
    b += 2 * kLanes;
  }

  const V low = V::broadcast(t.low);
  const V high = V::broadcast(t.high);
  V bias[2] = {V::zero(), V::zero()};
  if (t.bias != nullptr) {
    bias[0] = simd::load_up_to<V>(t.bias, left);
    if (right > 0) bias[1] = simd::load_up_to<V>(t.bias + kLanes, right);
  }
#pragma GCC unroll 8
  for (std::size_t r = 0; r < kRows; ++r) {
#pragma GCC unroll 2
    for (std::size_t j = 0; j < 2; ++j) {
      V total = sum[0][r][j];
#pragma GCC unroll 4
      for (std::size_t u = 1; u < kUnroll; ++u) total = total + sum[u][r][j];
      sum[0][r][j] = min(high, max(low, total + bias[j]));
    }
    simd::store_up_to(c + r * t.ldc, sum[0][r][0], left);
    if (right > 0) simd::store_up_to(c + r * t.ldc + kLanes, sum[0][r][1], right);
  }
}

// kUnroll keeps eight sums or more going: 2 kRows kUnroll >= 8.
template <typename V, std::size_t kRows>
FASTCNN_INLINE void gemm_rows(const GemmPanel& t, std::size_t m) {
  gemm_tile<V, kRows, (kRows >= 4 ? 1 : kRows >= 2 ? 2 : 4)>(t, m);
}

// The rows that full tiles leave over: one tile of exactly that many rows.
template <typename V, std::size_t kRows>
FASTCNN_INLINE void gemm_tail(const GemmPanel& t, std::size_t m) {
  if constexpr (kRows > 0) {
    if (t.rows - m == kRows) {
      gemm_rows<V, kRows>(t, m);
    } else {
      gemm_tail<V, kRows - 1>(t, m);
    }
  }
}

template <typename V, std::size_t kRows>
FASTCNN_INLINE void gemm_panel(const GemmPanel& t) {
  std::size_t m = 0;
  for (; m + kRows <= t.rows; m += kRows) gemm_rows<V, kRows>(t, m);
  gemm_tail<V, kRows - 1>(t, m);
}

}  // namespace fastcnn::kernels
