#include "ops/sparse/pixel_grid.h"

namespace fastcnn::ops {

std::vector<std::uint16_t> PixelGrid::masks() const {
  std::vector<std::uint16_t> masks(static_cast<std::size_t>(lines()));
  for (std::int64_t p = 0; p < lines() * kPixelLanes; ++p) {
    auto& mask = masks[static_cast<std::size_t>(p / kPixelLanes)];
    if (pixel(p) >= 0) mask = static_cast<std::uint16_t>(mask | 1u << p % kPixelLanes);
  }
  return masks;
}

}  // namespace fastcnn::ops
