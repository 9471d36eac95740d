#include "ops/winograd/winograd_tiles.h"

#include <algorithm>

namespace fastcnn::ops {
namespace {

// Places [from, to) of `extent` that a tile starting at `first` covers, counted from `first`.
struct Overlap {
  int from;
  int to;
};

Overlap overlap(std::int64_t first, std::int64_t length, std::int64_t extent) {
  const std::int64_t from = std::clamp<std::int64_t>(-first, 0, length);
  return {static_cast<int>(from), static_cast<int>(std::clamp(extent - first, from, length))};
}

}  // namespace

std::int64_t WinogradTiles::of_image(const Conv2dShape& shape, std::int64_t m) {
  return divide_up(shape.oh, m) * divide_up(shape.ow, m);
}

WinogradTiles::WinogradTiles(const Conv2dShape& shape, std::int64_t m, std::int64_t lanes,
                             std::int64_t wanted, std::int64_t pool)
    : images_(shape.n), tiles_of_image_(of_image(shape, m)) {
  const std::int64_t fit = wanted / std::max<std::int64_t>(tiles_of_image_, 1);
  groups_ = divide_up(images_, std::max<std::int64_t>(fit, 1));
  images_of_group_ = groups_ == 0 ? 1 : divide_up(images_, groups_);
  groups_ = divide_up(images_, images_of_group_);
  const std::int64_t tiles = images_of_group_ * tiles_of_image_;
  panels_of_group_ = divide_up(tiles, wanted);
  largest_ = panels_of_group_ == 0 ? 0 : divide_up(tiles, panels_of_group_);

  const std::int64_t src_image = round_up(shape.ic, lanes) * shape.h * shape.w;
  const std::int64_t dst_w = shape.ow / pool;
  const std::int64_t dst_image = round_up(shape.oc, lanes) * (shape.oh / pool) * dst_w;
  for (std::int64_t n = 0; n < images_of_group_; ++n) {
    for (std::int64_t y = 0; y < shape.oh; y += m) {
      for (std::int64_t x = 0; x < shape.ow; x += m) {
        const std::int64_t top = y - shape.pad_top;
        const std::int64_t left = x - shape.pad_left;
        const Overlap rows = overlap(top, m + shape.kh - 1, shape.h);
        const Overlap columns = overlap(left, m + shape.kw - 1, shape.w);
        tiles_.push_back({n * src_image + (top * shape.w + left) * lanes,
                          n * dst_image + (y / pool * dst_w + x / pool) * lanes, 0, rows.from,
                          rows.to, columns.from, columns.to,
                          static_cast<int>(std::min(m, shape.oh - y) / pool),
                          static_cast<int>(std::min(m, shape.ow - x) / pool)});
      }
    }
  }
  for (std::int64_t p = 0; p < panels_of_group_; ++p) {
    const std::int64_t first = tiles * p / panels_of_group_;
    for (std::int64_t t = first; t < tiles * (p + 1) / panels_of_group_; ++t) {
      tiles_[static_cast<std::size_t>(t)].row = (t - first) * lanes;
    }
  }
}

WinogradTiles::Panel WinogradTiles::panel(std::int64_t index) const {
  const std::int64_t image = index / panels_of_group_ * images_of_group_;
  const std::int64_t panel = index % panels_of_group_;
  const std::int64_t tiles = images_of_group_ * tiles_of_image_;
  const std::int64_t here = std::min(images_ - image, images_of_group_) * tiles_of_image_;
  const std::int64_t first = std::min(tiles * panel / panels_of_group_, here);
  const std::int64_t end = std::min(tiles * (panel + 1) / panels_of_group_, here);
  return {image, tiles_.data() + first, static_cast<std::size_t>(end - first)};
}

}  // namespace fastcnn::ops
