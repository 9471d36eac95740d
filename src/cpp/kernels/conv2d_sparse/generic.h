#pragma once

#include <cstddef>

#include "kernels/conv2d_sparse/conv2d_sparse.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

constexpr std::size_t kSparseLine = 16;  // floats in a line of the cache
// What is fetched while another row is summed, or another channel copied.
constexpr std::ptrdiff_t kRowsAhead = 3;
constexpr std::size_t kPlanesAhead = 6;

template <typename V, std::size_t kVectors>
FASTCNN_INLINE void sparse_entry(const SparseEntry& entry, const float* src, V (&sums)[kVectors]) {
  const V weight = V::broadcast(entry.weight);
  const float* const pixels = src + entry.offset;
#pragma GCC unroll 16
  for (std::size_t v = 0; v < kVectors; ++v) {
    sums[v] = fma(weight, V::load(pixels + v * V::lanes), sums[v]);
  }
}

// The sum of one row over its entries; kSums sums a pixel, so that enough multiply-adds are under
// way to hide their latency.
template <typename V, std::size_t kVectors, std::size_t kSums>
FASTCNN_INLINE const SparseEntry* sparse_row(const SparseEntry* entry, std::size_t count,
                                             const float* src, V (&y)[kVectors]) {
  const SparseEntry* const end = entry + count;
  if constexpr (kSums == 1) {
#pragma GCC unroll 4
    for (; entry != end; ++entry) sparse_entry<V>(*entry, src, y);
  } else {
    V sums[kSums - 1][kVectors];
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; ++v) {
#pragma GCC unroll 4
      for (std::size_t s = 0; s + 1 < kSums; ++s) sums[s][v] = V::zero();
    }
    for (const SparseEntry* const whole = entry + count / kSums * kSums; entry != whole;) {
      sparse_entry<V>(*entry++, src, y);
#pragma GCC unroll 4
      for (std::size_t s = 0; s + 1 < kSums; ++s) sparse_entry<V>(*entry++, src, sums[s]);
    }
    for (; entry != end; ++entry) sparse_entry<V>(*entry, src, y);
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; ++v) {
#pragma GCC unroll 4
      for (std::size_t s = 0; s + 1 < kSums; ++s) y[v] = y[v] + sums[s][v];
    }
  }
  return end;
}

// Fetches the vectors of a row that is to come.
template <typename V, std::size_t kVectors>
FASTCNN_INLINE void sparse_fetch(const float* row, std::size_t vector_stride) {
  constexpr std::size_t kStep = (V::lanes < kSparseLine) ? kSparseLine / V::lanes : 1;
  if (vector_stride == V::lanes) {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; v += kStep) __builtin_prefetch(row + v * V::lanes, 1);
    __builtin_prefetch(row + kVectors * V::lanes - 1, 1);
  } else {
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; ++v) __builtin_prefetch(row + v * vector_stride, 1);
  }
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
  const bool fetch = c.fetch;
  const SparseEntry* entry = c.entries;
  const SparseRow* const end = c.rows + c.num_rows;
  for (const SparseRow* row = c.rows; row != end; ++row) {
    const std::size_t place = row->row * row_stride;
    if (fetch) {
      const SparseRow* const next = end - row > kRowsAhead ? row + kRowsAhead : row;
      sparse_fetch<V, kVectors>(dst + next->row * row_stride, vector_stride);
      if (residual != nullptr && bias != nullptr) {
        sparse_fetch<V, kVectors>(residual + next->row * row_stride, vector_stride);
      }
    }
    V y[kVectors];
    if (bias != nullptr) {
      const V first = V::broadcast(bias[row->row]);
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kVectors; ++v) {
        y[v] = residual == nullptr ? first : first + V::load(residual + place + v * vector_stride);
      }
    } else {
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kVectors; ++v) y[v] = V::load(dst + place + v * vector_stride);
    }
    entry = sparse_row<V, kVectors, kSums>(entry, row->count, src, y);
    if (finish) {
      const V low = V::broadcast(c.low);
      const V high = V::broadcast(c.high);
#pragma GCC unroll 16
      for (std::size_t v = 0; v < kVectors; ++v) y[v] = min(high, max(low, y[v]));
    }
#pragma GCC unroll 16
    for (std::size_t v = 0; v < kVectors; ++v) store(dst + place + v * vector_stride, y[v]);
  }
}

template <typename V, std::size_t kVectors>
FASTCNN_INLINE void sparse_panel(const Conv2dSparse& c, std::size_t vectors) {
  if (vectors == kVectors) {
    return sparse_rows<V, kVectors, (kVectors > 5) ? 1 : (kVectors > 2) ? 2 : 4>(c);
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
FASTCNN_INLINE V sparse_part(const float* src, const SparsePiece& piece, std::size_t stride) {
  if (stride == 1) return V::load_range(src, piece.first, piece.count);
  float lanes[V::lanes] = {};
  for (std::size_t i = piece.first; i < piece.first + piece.count; ++i) lanes[i] = src[i * stride];
  return V::load(lanes);
}

// kStride: the stride, or 0 for any.
template <typename V, std::size_t kStride>
FASTCNN_INLINE void sparse_fill_planes(const SparseFill& f) {
  const SparsePiece* const end = f.pieces + f.num_pieces;
  float* panel = f.panel;
  for (std::size_t c = 0; c < f.channels; ++c) {
    const float* const plane = f.src + c * f.src_plane;
    for (const SparsePiece* piece = f.pieces; piece != end; ++piece) {
      const float* const src = plane + piece->src;
      __builtin_prefetch(src + kPlanesAhead * f.src_plane);
      if (kStride != 0 && piece->count == V::lanes) {
        store(panel, kStride == 1 ? V::load(src) : V::load_even(src));
      } else if (piece->count == 0) {
        store(panel, V::zero());
      } else {
        store(panel, sparse_part<V>(src, *piece, f.stride));
      }
      panel += V::lanes;
    }
  }
}

template <typename V>
FASTCNN_INLINE void sparse_fill(const SparseFill& f) {
  if (f.stride == 1) return sparse_fill_planes<V, 1>(f);
  if (f.stride == 2) return sparse_fill_planes<V, 2>(f);
  sparse_fill_planes<V, 0>(f);
}

}  // namespace fastcnn::kernels
