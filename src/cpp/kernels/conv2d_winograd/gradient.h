#pragma once

#include <cstddef>

#include "kernels/conv2d_winograd/generic.h"

namespace fastcnn::kernels {

// s = A g along one axis, the adjoint of winograd_dst().
template <typename V>
FASTCNN_INLINE void winograd_gradient(const V (&g)[2], V (&s)[4]) {
  s[0] = g[0];
  s[1] = g[0] + g[1];
  s[2] = g[0] - g[1];
  s[3] = g[1];
}

template <typename V>
FASTCNN_INLINE void winograd_gradient(const V (&g)[4], V (&s)[6]) {
  constexpr float kPP = kPointP * kPointP;
  constexpr float kQQ = kPointQ * kPointQ;
  const V even_p = fma(V::broadcast(kPP), g[2], g[0]);
  const V even_q = fma(V::broadcast(kQQ), g[2], g[0]);
  const V odd_p = fma(V::broadcast(kPP * kPointP), g[3], V::broadcast(kPointP) * g[1]);
  const V odd_q = fma(V::broadcast(kQQ * kPointQ), g[3], V::broadcast(kPointQ) * g[1]);
  s[0] = g[0];
  s[1] = even_p + odd_p;
  s[2] = even_p - odd_p;
  s[3] = even_q + odd_q;
  s[4] = even_q - odd_q;
  s[5] = g[3];
}

template <typename V>
FASTCNN_INLINE V filter_entry(int point, int tap) {
  return V::broadcast(static_cast<float>(kWinogradFilters4[point][tap]));
}

// dg = G^T m along one axis.
template <typename V>
FASTCNN_INLINE void winograd_filter_gradient(const V (&m)[4], V (&dg)[3]) {
  const V half = V::broadcast(0.5f);
  const V even = half * (m[1] + m[2]);
  dg[0] = m[0] + even;
  dg[1] = half * (m[1] - m[2]);
  dg[2] = m[3] + even;
}

template <typename V>
FASTCNN_INLINE void winograd_filter_gradient(const V (&m)[6], V (&dg)[3]) {
  const V even_p = m[1] + m[2];
  const V even_q = m[3] + m[4];
  dg[0] = fma(filter_entry<V>(3, 0), even_q,
              fma(filter_entry<V>(1, 0), even_p, filter_entry<V>(0, 0) * m[0]));
  dg[1] = fma(filter_entry<V>(3, 1), m[3] - m[4], filter_entry<V>(1, 1) * (m[1] - m[2]));
  dg[2] = fma(filter_entry<V>(3, 2), even_q, fma(filter_entry<V>(1, 2), even_p, m[5]));
}

template <typename V, int kM>
FASTCNN_INLINE void winograd_gradient_tiles(const WinogradGradient& s) {
  constexpr int kA = kM + 2;
  alignas(64) float window[kM * kM * V::lanes];
  for (const WinogradTile* tile = s.tiles; tile != s.tiles + s.count; ++tile) {
    const float* src = s.src + tile->dst;
    std::size_t src_row = s.src_row;
    if (tile->rows < kM || tile->columns < kM) {
      winograd_copy<V, kM>(src, src_row, 0, tile->rows, 0, tile->columns, window);
      src = window;
      src_row = kM * V::lanes;
    }
    V columns[kA][kM];
#pragma GCC unroll 8
    for (int x = 0; x < kM; ++x) {
      V g[kM], t[kA];
#pragma GCC unroll 8
      for (int y = 0; y < kM; ++y) g[y] = V::load(src + y * src_row + x * V::lanes);
      winograd_gradient(g, t);
#pragma GCC unroll 8
      for (int y = 0; y < kA; ++y) columns[y][x] = t[y];
    }
    float* dst = s.dst + tile->row;
#pragma GCC unroll 8
    for (int y = 0; y < kA; ++y) {
      V t[kA];
      winograd_gradient(columns[y], t);
#pragma GCC unroll 8
      for (int x = 0; x < kA; ++x) {
        store(dst, t[x]);
        dst += s.dst_stride;
      }
    }
  }
}

template <typename V, int kA>
FASTCNN_INLINE void winograd_filter_gradients(const WinogradFilterGradients& f) {
  alignas(64) float kernels[9][V::lanes];
  for (std::size_t c = 0; c < f.channels; ++c) {
    const float* const src = f.src + c * f.src_row;
    V columns[3][kA];
#pragma GCC unroll 8
    for (int x = 0; x < kA; ++x) {
      V m[kA], dg[3];
#pragma GCC unroll 8
      for (int i = 0; i < kA; ++i) m[i] = V::load(src + (i * kA + x) * f.src_stride);
      winograd_filter_gradient(m, dg);
#pragma GCC unroll 3
      for (int k = 0; k < 3; ++k) columns[k][x] = dg[k];
    }
#pragma GCC unroll 3
    for (int k = 0; k < 3; ++k) {
      V dg[3];
      winograd_filter_gradient(columns[k], dg);
#pragma GCC unroll 3
      for (int l = 0; l < 3; ++l) store(kernels[3 * k + l], dg[l]);
    }
    for (std::size_t l = 0; l < f.outputs; ++l) {
      float* const dst = f.dst + l * f.output_stride + c * f.channel_stride;
      for (int t = 0; t < 9; ++t) dst[t] = kernels[t][l];
    }
  }
}

}  // namespace fastcnn::kernels
