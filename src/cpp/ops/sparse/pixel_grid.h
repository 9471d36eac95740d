#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/tensor_desc.h"

namespace fastcnn::ops {

// The pixels of an image in Layout::kPixels: position p is column p % (columns + 1) of row
// p / (columns + 1), lane p % 16 of line p / 16.
class PixelGrid {
 public:
  PixelGrid(std::int64_t rows, std::int64_t columns) : rows_(rows), columns_(columns) {}

  std::int64_t rows() const { return rows_; }
  std::int64_t columns() const { return columns_; }
  std::int64_t row() const { return columns_ + 1; }  // positions
  std::int64_t lines() const { return pixel_lines(rows_, columns_); }

  // The index of a position's pixel in the image, row by row, or -1 where there is none.
  std::int64_t pixel(std::int64_t position) const {
    if (position < 0 || position >= rows_ * row() || position % row() == columns_) return -1;
    return position - position / row();
  }

  // For each line the lanes that are pixels.
  std::vector<std::uint16_t> masks() const;

  // Pixels before those of a line: the first of a line that has any.
  std::int64_t first_pixel(std::int64_t line) const {
    const std::int64_t position = std::min(line * kPixelLanes, rows_ * row());
    return position / row() * columns_ + std::min(position % row(), columns_);
  }

 private:
  std::int64_t rows_;
  std::int64_t columns_;
};

}  // namespace fastcnn::ops
