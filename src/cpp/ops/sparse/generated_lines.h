#pragma once

#include <cstdint>
#include <vector>

#include "kernels/conv2d_sparse/generated.h"
#include "kernels/pixel_lines/pixel_lines.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/sparse/pixel_grid.h"

namespace fastcnn::ops {

// What generated code reads of an image in Layout::kPixels, line by line.
//
// The pixels that a tap reads for a line of the output are 16 consecutive positions of a plane: of
// the pixels that its phase of the strides meets, laid out row by row like the output. A tap one
// column or some rows away is the same plane at a shift; one farther away, or where rows of the
// plane are longer than those of the output, is a plane of its own. Where the only plane is the
// image itself, lines are read where they lie.
class GeneratedLines {
 public:
  explicit GeneratedLines(const Conv2dShape& shape);

  const std::vector<kernels::GeneratedTap>& taps() const { return taps_; }
  const PixelGrid& dst() const { return dst_; }
  std::int64_t planes() const { return static_cast<std::int64_t>(planes_.size()); }
  // From a line to the next one, in lines of one channel.
  std::int64_t pitch() const { return planes() * channels_; }
  // Lines that are read beyond those of the output: [begin - before, end + after).
  std::int64_t before() const { return before_; }
  std::int64_t after() const { return after_; }

  std::int64_t src_floats() const { return src_.lines() * channels_ * kPixelLanes; }  // an image
  std::int64_t dst_lines() const { return dst_.lines(); }

  // Whether the lines that lines [begin, end) of the output read are lines of the image itself.
  bool in_place(std::int64_t begin, std::int64_t end) const {
    return is_image_ && begin - before_ >= 0 && end + after_ <= src_.lines();
  }
  // Writes line `line`, from -before to dst_lines() + after, of all planes.
  void fill(const float* image, std::int64_t line, float* panel) const;

 private:
  // Pixels (row_phase + i * stride_h, column_phase + (j + offset) * stride_w), at i and j.
  struct Plane {
    std::int64_t row_phase;
    std::int64_t column_phase;
    std::int64_t offset;
  };

  std::int64_t plane_of(const Plane& plane);
  std::vector<kernels::PixelPiece> pieces_of(const Plane& plane, std::int64_t line) const;

  std::int64_t channels_;
  std::int64_t stride_h_, stride_w_;
  PixelGrid src_;
  PixelGrid dst_;
  std::vector<kernels::GeneratedTap> taps_;
  std::vector<Plane> planes_;
  std::vector<std::vector<kernels::PixelPiece>> pieces_;  // [line + before][plane]
  std::int64_t before_ = 0;
  std::int64_t after_ = 0;
  bool is_image_ = false;
  const kernels::PixelLinesKernel& kernel_;
};

}  // namespace fastcnn::ops
