#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/tensor_desc.h"
#include "kernels/conv2d_sparse/conv2d_sparse.h"
#include "kernels/transpose2d/transpose2d.h"
#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// How a sparse convolution cuts its output, and how it lays out what one tile reads.
//
// A tile is `vectors` rows of one vector of columns. What a tile reads of a channel is copied into
// a panel, once for each column of the kernel, so that every tap of every row reads whole, aligned
// vectors:
//
//   panel [channel][column of the kernel][phase of the stride][row][lanes]
//
// Row v of the tile and tap (k, l) meet at `tap_offset(k, l) + v * lanes`. A 1x1 convolution of
// stride 1 sees the image as rows of one vector each, so that no column is lost at the right edge.
class SparseTiles {
 public:
  // Pixels of a tile: rows of `columns` pixels at `dst`, one under the other.
  struct Part {
    std::int64_t first_row;
    std::int64_t rows;
    std::int64_t columns;
    std::int64_t dst;
  };

  // `layout` of the image; `nonzeros` of the weights, which decide how the work is best cut.
  SparseTiles(const Conv2dShape& shape, const kernels::Conv2dSparseKernel& kernel, Layout layout,
              std::int64_t nonzeros);

  std::int64_t vectors() const { return vectors_; }
  std::int64_t count() const { return row_tiles_ * column_tiles_; }  // of an image
  std::int64_t lanes() const { return lanes_; }
  std::int64_t pixels() const { return vectors_ * lanes_; }  // of a tile
  std::int64_t dst_row() const { return dst_columns_; }

  // Whether rows are read from the image itself: there is no panel to fill.
  bool in_place() const { return in_place_; }
  // From channel to channel of a panel.
  std::int64_t channel_floats() const {
    return in_place_ ? src_plane_ : kw_ * phases_ * rows_ * lanes_;
  }
  // Channels that a panel holds.
  std::int64_t panel_channels() const { return panel_channels_; }
  // Where tap (k, l) of the panel's channel `channel` reads for row 0 of a tile.
  std::int64_t offset(std::int64_t channel, std::int64_t k, std::int64_t l) const;

  // The vectors of a channel's panel for `tile`.
  std::vector<kernels::SparsePiece> pieces(std::int64_t tile) const;
  // Copies what a tile reads of `channels` channels from `channel` on.
  void fill(const float* image, Layout layout, const std::vector<kernels::SparsePiece>& pieces,
            std::int64_t channel, std::int64_t channels, float* panel) const;

  // Whether none of the vectors of `parts` is cut short.
  bool is_whole(const std::vector<Part>& parts) const {
    return parts.size() == 1 && parts[0].columns == lanes_;
  }
  // The pixels of `tile` that exist: whole vectors, and a last one cut short where there is one.
  std::vector<Part> parts(std::int64_t tile) const;

 private:
  // Cuts the image in tiles of `vectors` vectors.
  void cut(std::int64_t vectors, bool in_place, const Conv2dShape& shape);
  // Cycles that an image takes, estimated.
  double cost(const Conv2dShape& shape, double nonzeros) const;
  void fill_blocked(const float* block, const std::vector<kernels::SparsePiece>& pieces,
                    std::int64_t lane, std::int64_t channels, float* panel) const;

  std::int64_t lanes_;
  std::int64_t kh_, kw_, stride_h_, stride_w_, dilation_h_, dilation_w_, pad_top_, pad_left_;
  // The source and the output as rows of columns; only the last row may be shorter.
  std::int64_t src_rows_, src_columns_, src_last_;
  std::int64_t dst_rows_, dst_columns_, dst_last_;
  std::int64_t src_plane_;
  std::int64_t vectors_;
  std::int64_t phases_;
  std::int64_t rows_;  // of a phase in the panel
  std::int64_t row_tiles_;
  std::int64_t column_tiles_;
  std::int64_t panel_channels_;
  bool in_place_ = false;
  bool blocked_;
  const kernels::Conv2dSparseKernel& kernel_;
  const kernels::Transpose2DKernel& transpose_;
};

}  // namespace fastcnn::ops
