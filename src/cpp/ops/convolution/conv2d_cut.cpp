#include "ops/convolution/conv2d_cut.h"

#include <algorithm>

namespace fastcnn::ops {
namespace {

constexpr std::int64_t kTaskPixels = 192;
// A batch should give at least so many tasks, but tasks that are rows of one image have at least
// kChunkPixels.
constexpr std::int64_t kTasks = 16;
constexpr std::int64_t kChunkPixels = 96;
constexpr std::int64_t kChunkBytes = 256 * 1024;

// A kernel's tile: up to six pixels. Its sums are chains of multiply-adds, so it takes the time of
// four pixels even where there are fewer, and some cycles before and after.
constexpr std::int64_t kTilePixels = 6;
constexpr std::int64_t kLeastPixels = 4;
constexpr double kTileCycles = 30;
constexpr double kCopyCycles = 0.25;  // a float copied into a window, shared by the segments

// Tables of taps are held once for each phase.
constexpr std::int64_t kMaxTaps = std::int64_t{1} << 18;

// Cycles of one segment of output channels for one image.
double cycles(const ConvAxes& axes, std::int64_t channels, std::int64_t images) {
  double sum = 0;
  for (const AxisPhase& row : axes.rows.phases) {
    for (const AxisPhase& column : axes.columns.phases) {
      const std::int64_t pixels = images * row.count * column.count;
      const std::int64_t tiles = divide_up(pixels, kTilePixels);
      const std::int64_t steps =
          static_cast<std::int64_t>(row.taps.size() * column.taps.size()) * channels;
      sum +=
          static_cast<double>(tiles) * kTileCycles +
          static_cast<double>(steps) * static_cast<double>(std::max(pixels, tiles * kLeastPixels));
    }
  }
  return sum / static_cast<double>(images);
}

std::int64_t taps_of(const ConvAxes& axes) {
  const auto count = [](const ConvAxis& axis) {
    std::int64_t taps = 0;
    for (const AxisPhase& phase : axis.phases) taps += static_cast<std::int64_t>(phase.taps.size());
    return taps;
  };
  return count(axes.rows) * count(axes.columns);
}

}  // namespace

std::int64_t images_of_task(const ConvView& view) {
  const std::int64_t pixels = view.axes.rows.extent * view.axes.columns.extent;
  return std::clamp<std::int64_t>(kTaskPixels / std::max<std::int64_t>(pixels, 1), 1,
                                  std::max<std::int64_t>(view.images / kTasks, 1));
}

ConvAxes cheaper_axes(const ConvView& view, std::int64_t together) {
  const ConvAxes split{split_edges(view.axes.rows), split_edges(view.axes.columns)};
  if (taps_of(split) * view.src_channels > kMaxTaps) return view.axes;
  const std::int64_t channels = view.src_channels / view.groups;
  const double copy = kCopyCycles * static_cast<double>(channels) *
                      static_cast<double>(view.axes.rows.src_extent) *
                      static_cast<double>(view.axes.columns.src_extent);
  const double whole = cycles(view.axes, channels, 1) + copy;
  return cycles(split, channels, together) <= whole ? split : view.axes;
}

std::int64_t rows_of_chunk(const ConvView& view, ImageLayout src, std::int64_t depths) {
  const ConvAxis& axis = view.axes.rows;
  const std::int64_t rows = std::max<std::int64_t>(axis.extent, 1);
  const std::int64_t read = src.image * std::min(axis.kernel, axis.src_step) / axis.src_step;
  const std::int64_t row_bytes = read * 4 / (rows * depths);
  const std::int64_t by_cache = kChunkBytes / std::max<std::int64_t>(row_bytes, 1);
  const std::int64_t chunks = divide_up(kTasks, std::max<std::int64_t>(view.images, 1));
  const std::int64_t by_tasks =
      std::max(divide_up(rows, chunks),
               divide_up(kChunkPixels, std::max<std::int64_t>(view.axes.columns.extent, 1)));
  return std::max<std::int64_t>(std::min(by_cache, by_tasks), 1);
}

}  // namespace fastcnn::ops
