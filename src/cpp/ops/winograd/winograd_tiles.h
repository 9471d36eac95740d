#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/aligned_buffer.h"
#include "kernels/conv2d_winograd/conv2d_winograd.h"
#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// An odd number of cache lines, so that the same place of all frequencies falls on different sets
// of the first cache.
inline std::size_t odd_lines(std::int64_t floats) {
  constexpr std::int64_t kLine = kAlignment / sizeof(float);
  return static_cast<std::size_t>((divide_up(floats, kLine) | 1) * kLine);
}

// The tiles of a batch cut into panels: tiles of one or several images that are transformed,
// multiplied and transformed back together. All groups of images have the same table.
class WinogradTiles {
 public:
  struct Panel {
    std::int64_t image;  // the first of its group
    const kernels::WinogradTile* tiles;
    std::size_t count;
  };

  // Panels of about `wanted` tiles, blocks of `lanes` channels. Of each `pool` x `pool` pixels of
  // the result, 1 or 2, one is written.
  WinogradTiles(const Conv2dShape& shape, std::int64_t m, std::int64_t lanes, std::int64_t wanted,
                std::int64_t pool = 1);

  std::int64_t panels() const { return groups_ * panels_of_group_; }
  std::int64_t largest() const { return largest_; }  // tiles of the largest panel
  Panel panel(std::int64_t index) const;

  static std::int64_t of_image(const Conv2dShape& shape, std::int64_t m);

 private:
  std::int64_t images_;
  std::int64_t tiles_of_image_;
  std::int64_t images_of_group_;
  std::int64_t groups_;
  std::int64_t panels_of_group_;
  std::int64_t largest_;
  std::vector<kernels::WinogradTile> tiles_;
};

}  // namespace fastcnn::ops
