#pragma once

#include <cstddef>

#include "kernels/conv2d_winograd/conv2d_winograd.h"
#include "kernels/conv2d_winograd/points.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

// v = B^T d along one axis.
template <typename V>
FASTCNN_INLINE void winograd_src(const V (&d)[4], V (&v)[4]) {
  v[0] = d[0] - d[2];
  v[1] = d[1] + d[2];
  v[2] = d[2] - d[1];
  v[3] = d[3] - d[1];
}

// The row of a point p is the polynomial x (x - q) ... over the other points q: rows of p and -p
// are the sum and the difference of its even and its odd part.
template <typename V>
FASTCNN_INLINE void winograd_src(const V (&d)[6], V (&v)[6]) {
  constexpr float kPP = kPointP * kPointP;
  constexpr float kQQ = kPointQ * kPointQ;
  const V product = V::broadcast(kPP * kQQ);
  const V sum = V::broadcast(kPP + kQQ);
  const V p = V::broadcast(kPointP);
  const V q = V::broadcast(kPointQ);
  const V pp = V::broadcast(kPP);
  const V qq = V::broadcast(kQQ);
  v[0] = fma(product, d[0], fnma(sum, d[2], d[4]));
  v[5] = fma(product, d[1], fnma(sum, d[3], d[5]));
  const V even_p = fnma(qq, d[2], d[4]);
  const V odd_p = fnma(qq, d[1], d[3]);
  v[1] = fma(p, odd_p, even_p);
  v[2] = fnma(p, odd_p, even_p);
  const V even_q = fnma(pp, d[2], d[4]);
  const V odd_q = fnma(pp, d[1], d[3]);
  v[3] = fma(q, odd_q, even_q);
  v[4] = fnma(q, odd_q, even_q);
}

// Rows of p and -p, the other points being q, -q, r and -r: q2 = q^2, r2 = r^2.
template <typename V>
FASTCNN_INLINE void winograd_src_pair(const V (&d)[7], float p, float q2, float r2, V& plus,
                                      V& minus) {
  const V product = V::broadcast(q2 * r2);
  const V sum = V::broadcast(q2 + r2);
  const V even = fma(product, d[0], fnma(sum, d[2], d[4]));
  const V odd = fma(product, d[1], fnma(sum, d[3], d[5]));
  plus = fma(V::broadcast(p), even, odd);
  minus = fnma(V::broadcast(p), even, odd);
}

template <typename V>
FASTCNN_INLINE void winograd_src(const V (&d)[7], V (&v)[7]) {
  constexpr float kAA = kPointS * kPointS;
  constexpr float kBB = kPointL * kPointL;
  winograd_src_pair(d, kPointS, 1.0f, kBB, v[0], v[1]);
  winograd_src_pair(d, 1.0f, kAA, kBB, v[2], v[3]);
  winograd_src_pair(d, kPointL, kAA, 1.0f, v[4], v[5]);
  v[6] = fnma(V::broadcast(kAA * kBB), d[0],
              fma(V::broadcast(kAA + kBB + kAA * kBB), d[2],
                  fnma(V::broadcast(kAA + kBB + 1.0f), d[4], d[6])));
}

// y = A^T s along one axis.
template <typename V>
FASTCNN_INLINE void winograd_dst(const V (&s)[4], V (&y)[2]) {
  y[0] = s[0] + (s[1] + s[2]);
  y[1] = s[3] + (s[1] - s[2]);
}

template <typename V>
FASTCNN_INLINE void winograd_dst(const V (&s)[6], V (&y)[4]) {
  constexpr float kPP = kPointP * kPointP;
  constexpr float kQQ = kPointQ * kPointQ;
  const V even_p = s[1] + s[2];
  const V odd_p = s[1] - s[2];
  const V even_q = s[3] + s[4];
  const V odd_q = s[3] - s[4];
  y[0] = s[0] + (even_p + even_q);
  y[1] = fma(V::broadcast(kPointQ), odd_q, V::broadcast(kPointP) * odd_p);
  y[2] = fma(V::broadcast(kQQ), even_q, V::broadcast(kPP) * even_p);
  y[3] = fma(V::broadcast(kQQ * kPointQ), odd_q, fma(V::broadcast(kPP * kPointP), odd_p, s[5]));
}

template <typename V>
FASTCNN_INLINE void winograd_dst(const V (&s)[7], V (&y)[4]) {
  constexpr float kAA = kPointS * kPointS;
  constexpr float kBB = kPointL * kPointL;
  const V even_a = s[0] + s[1];
  const V odd_a = s[0] - s[1];
  const V even_1 = s[2] + s[3];
  const V odd_1 = s[2] - s[3];
  const V even_b = s[4] + s[5];
  const V odd_b = s[4] - s[5];
  y[0] = even_a + (even_1 + even_b);
  y[1] = fma(V::broadcast(kPointL), odd_b, fma(V::broadcast(kPointS), odd_a, odd_1));
  y[2] = fma(V::broadcast(kBB), even_b, fma(V::broadcast(kAA), even_a, even_1));
  y[3] = fma(V::broadcast(kBB * kPointL), odd_b,
             fma(V::broadcast(kAA * kPointS), odd_a, odd_1 + s[6]));
}

// kSide x kSide pixels, of which those outside of rows [top, bottom) and columns [left, right) are
// zero and not read.
template <typename V, int kSide>
FASTCNN_INLINE void winograd_copy(const float* src, std::size_t src_row, int top, int bottom,
                                  int left, int right, float* window) {
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const bool inside = y >= top && y < bottom && x >= left && x < right;
      const std::ptrdiff_t place =
          y * static_cast<std::ptrdiff_t>(src_row) + x * static_cast<std::ptrdiff_t>(V::lanes);
      store(window + (y * kSide + x) * V::lanes, inside ? V::load(src + place) : V::zero());
    }
  }
}

template <typename V, int kA>
FASTCNN_INLINE void winograd_src_tiles(const WinogradSource& s) {
  alignas(64) float window[kA * kA * V::lanes];
  for (const WinogradTile* tile = s.tiles; tile != s.tiles + s.count; ++tile) {
    const float* src = s.src + tile->src;
    std::size_t src_row = s.src_row;
    if (tile->top > 0 || tile->left > 0 || tile->bottom < kA || tile->right < kA) {
      winograd_copy<V, kA>(src, src_row, tile->top, tile->bottom, tile->left, tile->right, window);
      src = window;
      src_row = kA * V::lanes;
    }
    V columns[kA][kA];
#pragma GCC unroll 8
    for (int x = 0; x < kA; ++x) {
      V d[kA], v[kA];
#pragma GCC unroll 8
      for (int y = 0; y < kA; ++y) d[y] = V::load(src + y * src_row + x * V::lanes);
      winograd_src(d, v);
#pragma GCC unroll 8
      for (int y = 0; y < kA; ++y) columns[y][x] = v[y];
    }
    float* dst = s.dst + tile->row;
#pragma GCC unroll 8
    for (int y = 0; y < kA; ++y) {
      V v[kA];
      winograd_src(columns[y], v);
#pragma GCC unroll 8
      for (int x = 0; x < kA; ++x) {
        store(dst, v[x]);
        dst += s.dst_stride;
      }
    }
  }
}

template <typename V>
FASTCNN_INLINE V winograd_bias(const WinogradResult& r) {
  if (r.bias == nullptr) return V::zero();
  return r.bias_lanes < V::lanes ? V::load_partial(r.bias, r.bias_lanes) : V::load(r.bias);
}

// The sums of a tile, transformed back along their columns.
template <typename V, int kM, int kA>
FASTCNN_INLINE void winograd_dst_columns(const WinogradResult& r, const WinogradTile& tile,
                                         V (&columns)[kM][kA]) {
#pragma GCC unroll 8
  for (int x = 0; x < kA; ++x) {
    V s[kA], y[kM];
#pragma GCC unroll 8
    for (int i = 0; i < kA; ++i) s[i] = V::load(r.src + tile.row + (i * kA + x) * r.src_stride);
    winograd_dst(s, y);
#pragma GCC unroll 8
    for (int i = 0; i < kM; ++i) columns[i][x] = y[i];
  }
}

template <typename V, int kM, int kA = kM + 2>
FASTCNN_INLINE void winograd_dst_tiles(const WinogradResult& r) {
  const V bias = winograd_bias<V>(r);
  const V low = V::broadcast(r.low);
  const V high = V::broadcast(r.high);
  for (const WinogradTile* tile = r.tiles; tile != r.tiles + r.count; ++tile) {
    V columns[kM][kA];
    winograd_dst_columns(r, *tile, columns);
#pragma GCC unroll 8
    for (int i = 0; i < kM; ++i) {
      if (i >= tile->rows) break;
      V y[kM];
      winograd_dst(columns[i], y);
      const std::ptrdiff_t row = tile->dst + i * static_cast<std::ptrdiff_t>(r.dst_row);
#pragma GCC unroll 8
      for (int x = 0; x < kM; ++x) {
        if (x >= tile->columns) break;
        const std::ptrdiff_t place = row + x * static_cast<std::ptrdiff_t>(V::lanes);
        y[x] = y[x] + bias;
        if (r.residual != nullptr) y[x] = y[x] + V::load(r.residual + place);
        store(r.dst + place, min(high, max(low, y[x])));
      }
    }
  }
}

// max(), but a NaN of either stays.
template <typename V>
FASTCNN_INLINE V winograd_largest(V a, V b) {
  return select(equal(a, a), max(a, b), a);
}

template <typename V, int kM, int kA = kM + 2>
FASTCNN_INLINE void winograd_pooled_tiles(const WinogradResult& r) {
  const V bias = winograd_bias<V>(r);
  const V low = V::broadcast(r.low);
  const V high = V::broadcast(r.high);
  for (const WinogradTile* tile = r.tiles; tile != r.tiles + r.count; ++tile) {
    V columns[kM][kA];
    winograd_dst_columns(r, *tile, columns);
#pragma GCC unroll 8
    for (int i = 0; i < kM / 2; ++i) {
      if (i >= tile->rows) break;
      V upper[kM], lower[kM];
      winograd_dst(columns[2 * i], upper);
      winograd_dst(columns[2 * i + 1], lower);
      const std::ptrdiff_t row = tile->dst + i * static_cast<std::ptrdiff_t>(r.dst_row);
#pragma GCC unroll 8
      for (int x = 0; x < kM / 2; ++x) {
        if (x >= tile->columns) break;
        const V y = winograd_largest(winograd_largest(upper[2 * x], upper[2 * x + 1]),
                                     winograd_largest(lower[2 * x], lower[2 * x + 1]));
        const std::ptrdiff_t place = row + x * static_cast<std::ptrdiff_t>(V::lanes);
        store(r.dst + place, min(high, max(low, y + bias)));
      }
    }
  }
}

// G of an a x r transform.
template <int kA, int kR>
FASTCNN_INLINE const double (&winograd_matrix())[kA][kR] {
  if constexpr (kA == 7) {
    return kWinogradFilters4By4;
  } else if constexpr (kA == 6) {
    return kWinogradFilters4;
  } else {
    return kWinogradFilters2;
  }
}

template <typename V, int kA, int kR>
FASTCNN_INLINE void winograd_filters(const WinogradFilters& f) {
  constexpr int kLanes = static_cast<int>(V::lanes);
  constexpr int kTaps = kR * kR;
  const auto& matrix = winograd_matrix<kA, kR>();
  for (std::size_t c = 0; c < f.channels; ++c) {
    alignas(64) double g[kTaps][kLanes] = {};
    for (std::size_t l = 0; l < f.outputs; ++l) {
      const float* const src = f.src + l * f.output_stride + c * f.channel_stride;
      for (int t = 0; t < kTaps; ++t) {
        g[t][l] = static_cast<double>(src[f.turned ? kTaps - 1 - t : t]);
      }
    }
    alignas(64) double half[kA][kR][kLanes];
    for (int i = 0; i < kA; ++i) {
      for (int j = 0; j < kR; ++j) {
        for (int l = 0; l < kLanes; ++l) {
          double sum = matrix[i][0] * g[j][l];
          for (int k = 1; k < kR; ++k) sum += matrix[i][k] * g[k * kR + j][l];
          half[i][j][l] = sum;
        }
      }
    }
    float* dst = f.dst + c * f.dst_row;
    for (int i = 0; i < kA; ++i) {
      for (int j = 0; j < kA; ++j, dst += f.dst_stride) {
        for (int l = 0; l < kLanes; ++l) {
          double sum = half[i][0][l] * matrix[j][0];
          for (int k = 1; k < kR; ++k) sum += half[i][k][l] * matrix[j][k];
          dst[l] = static_cast<float>(sum);
        }
      }
    }
  }
}

}  // namespace fastcnn::kernels
