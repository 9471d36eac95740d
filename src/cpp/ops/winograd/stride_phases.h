#pragma once

#include <cstdint>

#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// A convolution with a stride s along both axes as one without: the pixels of the image that lie s
// apart are a phase of it, the s x s phases of a channel are channels of a smaller image, and the
// places of the kernel that meet the same phase are a smaller kernel,
//
//   x'[(c s + p) s + q, i, j] = x[c, s i + p - pad_top, s j + q - pad_left]
//   w'[o, (c s + p) s + q, k, l] = w[o, c, s k + p, s l + q]
//
// both zero where there is nothing. r = ceil(KH / s) = ceil(KW / s) is the extent of the kernel.
class StridePhases {
 public:
  // Of `rows` rows of the output.
  StridePhases(const Conv2dShape& shape, std::int64_t rows);

  static std::int64_t kernel_of(std::int64_t kernel, std::int64_t stride) {
    return divide_up(kernel, stride);
  }

  // That of the rows, without padding.
  const Conv2dShape& shape() const { return phases_; }
  std::int64_t floats(std::int64_t lanes) const {
    return round_up(phases_.ic, lanes) * phases_.h * phases_.w;
  }

  // Writes what the rows of the output from `first` on read, [block][H'][W'][lanes], from the plain
  // image x. Lanes that are no channel are left as they are.
  void fill(const float* x, std::int64_t first, std::int64_t lanes, float* blocks) const;
  // Writes w' from w, both plain.
  void fill_weights(const float* w, float* phases) const;

 private:
  void fill_row(const float* x, std::int64_t channel, std::int64_t lanes, float* row) const;
  void clear_row(std::int64_t channel, std::int64_t lanes, float* row) const;
  // Of the blocks, that of `channel` at the first pixel of their row.
  float* lane_of(std::int64_t channel, std::int64_t lanes, float* row) const {
    return row + channel / lanes * phases_.h * phases_.w * lanes + channel % lanes;
  }

  Conv2dShape shape_;
  Conv2dShape phases_;
};

}  // namespace fastcnn::ops
