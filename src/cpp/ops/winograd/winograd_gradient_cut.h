#pragma once

#include <cstdint>

#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// How the gradient of the weights by F(m x m, 3 x 3) is cut, so that the sums of a task stay in the
// second cache beside the tiles that it transforms. The shape and the caches alone decide.
struct WinogradGradientCut {
  WinogradGradientCut(const Conv2dShape& shape, std::int64_t m);

  std::int64_t x_parts;      // of the input channels' blocks
  std::int64_t y_parts;      // of the output channels
  std::int64_t panel;        // tiles that are transformed together
  std::int64_t batch_parts;  // at most, a power of two
};

}  // namespace fastcnn::ops
