#pragma once

#include "kernels/transpose2d/transpose2d.h"
#include "simd/inline.h"

namespace fastcnn::kernels {

FASTCNN_INLINE void transpose_edge(const Transpose2D& t, std::size_t row, std::size_t row_end,
                                   std::size_t column, std::size_t column_end) {
  for (std::size_t c = column; c < column_end; ++c) {
    for (std::size_t r = row; r < row_end; ++r) {
      t.dst[c * t.dst_stride + r] = t.src[r * t.src_stride + c];
    }
  }
}

// Tile::run(src, src_stride, dst, dst_stride) transposes Tile::size x Tile::size elements.
template <typename Tile>
FASTCNN_INLINE void transpose2d(const Transpose2D& t) {
  const std::size_t rows = t.rows - t.rows % Tile::size;
  const std::size_t columns = t.columns - t.columns % Tile::size;
  for (std::size_t r = 0; r < rows; r += Tile::size) {
    for (std::size_t c = 0; c < columns; c += Tile::size) {
      Tile::run(t.src + r * t.src_stride + c, t.src_stride, t.dst + c * t.dst_stride + r,
                t.dst_stride);
    }
  }
  transpose_edge(t, 0, rows, columns, t.columns);
  transpose_edge(t, rows, t.rows, 0, t.columns);
}

}  // namespace fastcnn::kernels
