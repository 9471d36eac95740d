#include "ops/winograd/winograd_gradient_cut.h"

#include <algorithm>

#include "cpu/cache.h"
#include "cpu/isa.h"
#include "ops/winograd/winograd_tiles.h"

namespace fastcnn::ops {
namespace {

constexpr std::int64_t kDefaultCache = std::int64_t{1} << 20;
constexpr std::int64_t kOutputChannels = 64;  // of a task
constexpr std::int64_t kTasks = 16;
constexpr std::int64_t kLeastTasks = 4;
constexpr std::int64_t kPanels = 4;                         // of a task, where there are so many
constexpr std::int64_t kMaxFloats = std::int64_t{5} << 18;  // of the sums of all parts of the batch

// Sums are read and written once a panel: the more tiles it has, the longer they stay in registers.
constexpr std::int64_t kLeastPanel = 16;
constexpr std::int64_t kLargestPanel = 96;

}  // namespace

WinogradGradientCut::WinogradGradientCut(const Conv2dShape& shape, std::int64_t m) {
  const auto lanes = static_cast<std::int64_t>(cpu::block());
  const std::int64_t frequencies = (m + 2) * (m + 2);
  const auto l2 = static_cast<std::int64_t>(cpu::cache_sizes().l2);
  const std::int64_t cache =
      (l2 == 0 ? kDefaultCache : l2) / static_cast<std::int64_t>(sizeof(float));
  const std::int64_t x_blocks = std::max<std::int64_t>(divide_up(shape.ic, lanes), 1);
  const std::int64_t y_channels = std::max<std::int64_t>(round_up(shape.oc, lanes), 1);

  y_parts = divide_up(y_channels, kOutputChannels);
  const std::int64_t width = divide_up(y_channels, y_parts);
  const std::int64_t most =
      std::clamp<std::int64_t>(cache / 2 / (frequencies * lanes * width), 1, x_blocks);
  x_parts = divide_up(x_blocks, most);
  const std::int64_t depth = divide_up(x_blocks, x_parts) * lanes;
  panel = std::clamp(cache * 2 / 5 / (frequencies * (depth + width)), kLeastPanel, kLargestPanel);

  const std::int64_t panels = shape.n * WinogradTiles::of_image(shape, m) / panel;
  const std::int64_t sums = frequencies * x_blocks * lanes * y_channels;
  const std::int64_t parts = x_parts * y_parts;
  const std::int64_t wanted = std::min(
      {std::max(panels / kPanels, kLeastTasks / parts), kTasks / parts, kMaxFloats / sums, panels});
  batch_parts = 1;
  while (2 * batch_parts <= wanted) batch_parts *= 2;
}

}  // namespace fastcnn::ops
