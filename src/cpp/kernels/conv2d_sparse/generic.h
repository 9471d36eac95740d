#pragma once

#include <cstddef>

#include "kernels/conv2d_sparse/conv2d_sparse.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

template <typename V, std::size_t kVectors>
FASTCNN_INLINE void sparse_entry(const SparseEntry& entry, const float* src, V (&sums)[kVectors]) {
  const V weight = V::broadcast(entry.weight);
  const float* const pixels = src + entry.offset;
#pragma GCC unroll 8
  for (std::size_t v = 0; v < kVectors; ++v) {
    sums[v] = fma(weight, V::load(pixels + v * V::lanes), sums[v]);
  }
}

// The sum of one row over its entries; kSums sums a pixel, so that enough multiply-adds are under
// way to hide their latency.
template <typename V, std::size_t kVectors, std::size_t kSums>
FASTCNN_INLINE const SparseEntry* sparse_row(const SparseEntry* entry, std::size_t count,
                                             const float* src, V (&y)[kVectors]) {
  V sums[kSums][kVectors];
#pragma GCC unroll 8
  for (std::size_t v = 0; v < kVectors; ++v) {
    sums[0][v] = y[v];
#pragma GCC unroll 4
    for (std::size_t s = 1; s < kSums; ++s) sums[s][v] = V::zero();
  }
  const SparseEntry* const end = entry + count;
  for (const SparseEntry* const whole = entry + count / kSums * kSums; entry != whole;) {
#pragma GCC unroll 4
    for (std::size_t s = 0; s < kSums; ++s) sparse_entry<V>(*entry++, src, sums[s]);
  }
  for (; entry != end; ++entry) sparse_entry<V>(*entry, src, sums[0]);
#pragma GCC unroll 8
  for (std::size_t v = 0; v < kVectors; ++v) {
    y[v] = sums[0][v];
#pragma GCC unroll 4
    for (std::size_t s = 1; s < kSums; ++s) y[v] = y[v] + sums[s][v];
  }
  return end;
}

template <typename V, std::size_t kVectors, std::size_t kSums>
FASTCNN_INLINE void sparse_rows(const Conv2dSparse& c) {
  const float* const src = c.src;
  const float* const bias = c.bias;
  const float* const residual = c.residual;
  float* const dst = c.dst;
  const std::size_t row_stride = c.row_stride;
  const std::size_t vector_stride = c.vector_stride;
  const bool finish = c.finish;
  const V low = V::broadcast(c.low);
  const V high = V::broadcast(c.high);
  const SparseEntry* entry = c.entries;
  const SparseRow* const end = c.rows + c.num_rows;
  for (const SparseRow* row = c.rows; row != end; ++row) {
    const std::size_t place = row->row * row_stride;
    V y[kVectors];
    if (bias != nullptr) {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) y[v] = V::broadcast(bias[row->row]);
    } else {
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) y[v] = V::load(dst + place + v * vector_stride);
    }
    entry = sparse_row<V, kVectors, kSums>(entry, row->count, src, y);
    if (finish) {
      if (residual != nullptr) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < kVectors; ++v) {
          y[v] = y[v] + V::load(residual + place + v * vector_stride);
        }
      }
#pragma GCC unroll 8
      for (std::size_t v = 0; v < kVectors; ++v) y[v] = min(high, max(low, y[v]));
    }
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kVectors; ++v) store(dst + place + v * vector_stride, y[v]);
  }
}

template <typename V, std::size_t kVectors>
FASTCNN_INLINE void sparse_panel(const Conv2dSparse& c, std::size_t vectors) {
  if (vectors == kVectors) {
    return sparse_rows<V, kVectors, (kVectors > 7) ? 1 : (kVectors > 3) ? 2 : 4>(c);
  }
  if constexpr (kVectors > 1) sparse_panel<V, kVectors - 1>(c, vectors);
}

template <typename V>
FASTCNN_INLINE void sparse_finish(const SparseFinish& f) {
  const V low = V::broadcast(f.low);
  const V high = V::broadcast(f.high);
  for (std::size_t r = 0; r < f.rows; ++r) {
    for (std::size_t v = 0; v < f.vectors; ++v) {
      V y = V::load(f.sums + r * f.sums_stride + v * V::lanes);
      const std::size_t at = r * f.row_stride + v * f.vector_stride;
      if (f.columns == V::lanes) {
        if (f.residual != nullptr) y = y + V::load(f.residual + at);
        store(f.dst + at, min(high, max(low, y)));
      } else {
        if (f.residual != nullptr) y = y + V::load_partial(f.residual + at, f.columns);
        store_partial(f.dst + at, min(high, max(low, y)), f.columns);
      }
    }
  }
}

template <typename V>
FASTCNN_INLINE V sparse_piece(const float* plane, const SparsePiece& piece, std::size_t stride) {
  const float* const src = plane + piece.src;
  if (stride == 1) {
    return piece.count == V::lanes ? V::load(src) : V::load_range(src, piece.first, piece.count);
  }
  if (stride == 2 && piece.count == V::lanes) return V::load_even(src);
  float lanes[V::lanes] = {};
  for (std::size_t i = piece.first; i < piece.first + piece.count; ++i) lanes[i] = src[i * stride];
  return V::load(lanes);
}

template <typename V>
FASTCNN_INLINE void sparse_fill(const SparseFill& f) {
  const SparsePiece* const end = f.pieces + f.num_pieces;
  const std::size_t stride = f.stride;
  float* panel = f.panel;
  for (std::size_t c = 0; c < f.channels; ++c) {
    const float* const plane = f.src + c * f.src_plane;
    for (const SparsePiece* piece = f.pieces; piece != end; ++piece) {
      store(panel, sparse_piece<V>(plane, *piece, stride));
      panel += V::lanes;
    }
  }
}

}  // namespace fastcnn::kernels
