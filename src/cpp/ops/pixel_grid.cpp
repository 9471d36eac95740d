#include "ops/pixel_grid.h"

namespace fastcnn::ops {

std::vector<std::uint16_t> PixelGrid::masks() const {
  std::vector<std::uint16_t> masks(static_cast<std::size_t>(lines()));
  for (std::int64_t p = 0; p < lines() * kPixelLanes; ++p) {
    auto& mask = masks[static_cast<std::size_t>(p / kPixelLanes)];
    if (pixel(p) >= 0) mask = static_cast<std::uint16_t>(mask | 1u << p % kPixelLanes);
  }
  return masks;
}

kernels::PixelPlaces PixelGrid::blocked_places(std::int64_t line) const {
  kernels::PixelPlaces places;
  for (std::int64_t lane = 0; lane < kPixelLanes; ++lane) {
    const std::int64_t found = pixel(line * kPixelLanes + lane);
    places.of_lane[lane] = found < 0 ? -1 : found * kPixelLanes;
  }
  return places;
}

}  // namespace fastcnn::ops
