#pragma once

#include <array>
#include <cstdint>

#include "kernels/pool2d/pool2d.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// The windows of a two-dimensional pooling: attributes read and checked against the image.
class PoolWindow {
 public:
  // `image` is x's shape [N, C, H, W]. Throws unless every window begins before the end of x
  // and is longer than the padding.
  PoolWindow(const OpSpec& spec, const Shape& image);

  const Shape& image() const { return image_; }
  Shape pooled() const { return {image_[0], image_[1], oh_, ow_}; }
  std::int64_t pooled_rows() const { return oh_; }
  // Whether they are 2x2 pixels side by side, none over an edge.
  bool halves() const;

  // Planes of [H, W, lanes] in a blocked tensor: images times blocks of channels.
  std::int64_t planes() const;
  double flops() const;        // one for each pixel of each window, over all planes
  double plane_bytes() const;  // x and y of one plane

  // The kernel's arguments for one plane, but for the pointers.
  kernels::Pool2d geometry() const;

  std::size_t plane_stride() const {
    return static_cast<std::size_t>(image_[2] * image_[3] * block_);
  }
  std::size_t pooled_stride() const { return static_cast<std::size_t>(oh_ * ow_ * block_); }

 private:
  Shape image_;
  std::array<std::int64_t, 2> kernel_;
  std::array<std::int64_t, 2> stride_;
  std::array<std::int64_t, 2> dilation_;
  std::array<std::int64_t, 4> pad_;  // top, left, bottom, right
  std::int64_t oh_;
  std::int64_t ow_;
  std::int64_t block_;
  bool count_include_pad_;
};

// Each checks a whole node: max_pool2d_backward (grad_y, x, y) and average_pool2d_backward
// (grad_y).
PoolWindow parse_max_pool2d_backward(const OpSpec& spec);
PoolWindow parse_average_pool2d_backward(const OpSpec& spec);

}  // namespace fastcnn::ops
