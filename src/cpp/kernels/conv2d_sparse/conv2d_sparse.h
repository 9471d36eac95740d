#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// A weight that is not zero, and where it reads: floats from the start of the panel.
struct SparseEntry {
  std::int32_t offset;
  float weight;
};

// The next `count` entries belong to output row `row`.
struct SparseRow {
  std::uint32_t row;
  std::uint32_t count;
};

// Sparse rows times a panel of pixels, float32.
//
//   sum[r, v, l] = (bias != null ? bias[r] + residual[r, v, l] : dst[r, v, l])
//       + sum over the entries e of row r of e.weight * src[e.offset + v * lanes + l]
//   dst[r, v, l] = finish ? min(high, max(low, sum)) : sum
//
// Shapes    v < vectors, from 1 to the kernel's max_vectors; l < lanes. `rows` names the rows to
//           compute, each once, in any order; their entries follow one another in the same order.
//           Element l of vector v of row r of dst: dst[r * row_stride + v * vector_stride + l].
//           residual as dst, or null.
// Units     offsets and strides are in elements.
// Aliasing  dst may be residual; it overlaps nothing else that is read.
// NaN       what no entry names is not read: a zero weight spreads no NaN. The clamp keeps NaN.
// Rounding  an entry is one fused multiply-add (where the ISA has it) into one of a few sums in
//           turn, which are then added; how many depends on `vectors` alone.
// Threads   reentrant; writes only the rows of dst named here.
// Errors    none are reported.
// Source    Park et al., "Faster CNNs with Direct Sparse Convolutions and Guided Pruning", ICLR
//           2017: weights as offsets into the image. Here the panel is cut so that it stays in the
//           first cache, and rows are sorted by length so that their loops are predicted.
struct Conv2dSparse {
  const float* src;
  const SparseRow* rows;
  std::size_t num_rows;
  const SparseEntry* entries;
  const float* bias;
  float* dst;
  std::size_t row_stride;
  std::size_t vector_stride;
  bool finish;
  bool fetch;  // whether dst and residual are far: rows are fetched ahead of time
  const float* residual;
  float low;
  float high;
};

// Finishes sums that were left apart: dst = min(high, max(low, sums + residual)).
//
// Shapes    sums [rows][..][lanes] with `sums_stride` from row to row; of each of the first
//           `vectors` vectors the first `columns` elements are written to
//           dst[r * row_stride + v * vector_stride + column]. residual as dst, or null.
// Aliasing  dst may be residual.
// NaN       kept.
struct SparseFinish {
  const float* sums;
  std::size_t sums_stride;
  std::size_t rows;
  std::size_t vectors;
  std::size_t columns;
  const float* residual;
  float* dst;
  std::size_t row_stride;
  std::size_t vector_stride;
  float low;
  float high;
};

// One vector of a panel: lanes [first, first + count) come from src + (lane * stride), the others
// are zero.
struct SparsePiece {
  std::ptrdiff_t src;
  std::uint32_t first;
  std::uint32_t count;
};

// Copies what a tile reads of plain planes into a panel:
//
//   panel[c, i, l] = src[c * src_plane + pieces[i].src + l * stride], or 0 outside of the piece
struct SparseFill {
  const float* src;
  std::size_t src_plane;
  std::size_t channels;
  const SparsePiece* pieces;
  std::size_t num_pieces;
  std::size_t stride;
  float* panel;
};

struct Conv2dSparseKernel {
  const char* name;
  cpu::Isa isa;
  std::size_t max_vectors;
  void (*multiply)(const Conv2dSparse&, std::size_t vectors);
  void (*finish)(const SparseFinish&);
  void (*fill)(const SparseFill&);
};

const Conv2dSparseKernel& select_conv2d_sparse();

#define FASTCNN_KERNEL(isa, multiply, finish, fill, max_vectors) \
  void multiply(const Conv2dSparse&, std::size_t vectors);       \
  void finish(const SparseFinish&);                              \
  void fill(const SparseFill&);
#include "kernels/conv2d_sparse/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
