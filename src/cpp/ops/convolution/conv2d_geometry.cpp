#include "ops/convolution/conv2d_geometry.h"

#include <algorithm>
#include <utility>

#include "base/aligned_buffer.h"

namespace fastcnn::ops {
namespace {

constexpr std::int64_t kMaxWindow = std::int64_t{1} << 40;

// The source places [low, high) that the outputs before `end` read.
struct Span {
  std::int64_t low;
  std::int64_t high;
};

Span span_of(const ConvAxis& axis, std::int64_t end) {
  Span span{0, 0};
  bool empty = true;
  for (const AxisPhase& phase : axis.phases) {
    const std::int64_t count = axis.count_before(phase, end);
    if (count == 0) continue;
    for (const AxisTap& tap : phase.taps) {
      const Span read{tap.shift, tap.shift + (count - 1) * axis.src_step + 1};
      span = empty ? read : Span{std::min(span.low, read.low), std::max(span.high, read.high)};
      empty = false;
    }
  }
  return span;
}

bool leaves_image(const ConvAxis& axis) {
  const Span span = span_of(axis, axis.extent);
  return span.low < 0 || span.high > axis.src_extent;
}

}  // namespace

ConvGeometry::ConvGeometry(ConvAxes axes, ImageLayout src, ImageLayout dst, std::int64_t chunk_rows,
                           std::int64_t together)
    : axes_(std::move(axes)), src_(src), dst_(dst) {
  const std::int64_t rows = axes_.rows.extent;
  if (src_.plane == 0) src_.plane = axes_.rows.src_extent * src_row();
  if (dst_.plane == 0) dst_.plane = rows * dst_row();
  const std::int64_t wanted = divide_up(rows, std::max<std::int64_t>(chunk_rows, 1));
  chunk_rows_ = round_up(divide_up(rows, std::max<std::int64_t>(wanted, 1)), axes_.rows.step);
  chunks_ = rows == 0 ? 0 : divide_up(rows, chunk_rows_);
  find_window();
  windows_bytes(1);  // throws where the extents of a window cannot be multiplied
  for (const AxisPhase& row_phase : axes_.rows.phases) {
    for (const AxisPhase& column_phase : axes_.columns.phases) {
      phases_.push_back(phase_of(row_phase, column_phase, together));
    }
  }
}

void ConvGeometry::find_window() {
  const Span rows = span_of(axes_.rows, std::min(chunk_rows_, axes_.rows.extent));
  const Span columns = span_of(axes_.columns, axes_.columns.extent);
  row_low_ = rows.low;
  column_low_ = columns.low;
  copies_ = leaves_image(axes_.rows) || leaves_image(axes_.columns);
  window_rows_ = rows.high - rows.low;
  window_columns_ = columns.high - columns.low;
}

ConvPhase ConvGeometry::phase_of(const AxisPhase& rows, const AxisPhase& columns,
                                 std::int64_t together) const {
  const std::int64_t row_length = copies_ ? window_row() : src_row();
  const std::int64_t top = copies_ ? row_low_ : 0;
  const std::int64_t left = copies_ ? column_low_ : 0;
  const std::int64_t images = copies_ ? 1 : together;
  const std::int64_t row_count =
      axes_.rows.count_before(rows, copies_ ? chunk_rows_ : axes_.rows.extent);
  ConvPhase phase{{}, {}, {}, rows, columns.count};
  for (std::int64_t n = 0; n < images; ++n) {
    for (std::int64_t i = 0; i < row_count; ++i) {
      const std::int64_t src = n * src_.image + (i * axes_.rows.src_step - top) * row_length;
      const std::int64_t dst = n * dst_.image + (rows.first + i * axes_.rows.step) * dst_row();
      for (std::int64_t j = 0; j < columns.count; ++j) {
        phase.src_pixels.push_back(src + (j * axes_.columns.src_step - left) * src_.lanes);
        phase.dst_pixels.push_back(dst + (columns.first + j * axes_.columns.step) * dst_.lanes);
      }
    }
  }
  for (const AxisTap& row : rows.taps) {
    for (const AxisTap& column : columns.taps) {
      phase.taps.push_back({row.index * axes_.columns.kernel + column.index,
                            row.shift * row_length + column.shift * src_.lanes});
    }
  }
  return phase;
}

PixelRange ConvGeometry::pixels(const ConvPhase& phase, std::int64_t chunk,
                                std::int64_t images) const {
  const std::int64_t begin = chunk * chunk_rows_;
  const std::int64_t end = std::min(begin + chunk_rows_, axes_.rows.extent);
  const std::int64_t before = copies_ ? 0 : axes_.rows.count_before(phase.rows, begin);
  const std::int64_t rows =
      axes_.rows.count_before(phase.rows, copies_ ? end - begin : end) - before;
  return {static_cast<std::size_t>(before * phase.columns),
          static_cast<std::size_t>(images * rows * phase.columns)};
}

std::size_t ConvGeometry::windows_bytes(std::int64_t planes) const {
  if (!copies_) return 0;
  const std::int64_t floats = Shape{planes, window_rows_, window_columns_, src_.lanes}.count();
  require(floats <= kMaxWindow, ErrorKind::kMemory, "conv2d: ", floats,
          " floats of zero-padded image for one thread are over the limit of 2^40; pad less");
  return static_cast<std::size_t>(round_up(floats * 4, kAlignment));
}

void ConvGeometry::copy_window(const float* plane, float* window, std::int64_t chunk) const {
  const std::int64_t first_row =
      row_low_ + chunk * (chunk_rows_ / axes_.rows.step) * axes_.rows.src_step;
  const std::int64_t width = axes_.columns.src_extent;
  const std::int64_t begin = std::clamp<std::int64_t>(-column_low_, 0, window_columns_);
  const std::int64_t end = std::clamp<std::int64_t>(width - column_low_, begin, window_columns_);
  for (std::int64_t row = first_row; row < first_row + window_rows_; ++row) {
    float* const to = window;
    window += window_row();
    if (row < 0 || row >= axes_.rows.src_extent) {
      std::fill(to, window, 0.0f);
      continue;
    }
    const float* const from = plane + row * src_row() + (column_low_ + begin) * src_.lanes;
    std::fill(to, to + begin * src_.lanes, 0.0f);
    std::copy_n(from, (end - begin) * src_.lanes, to + begin * src_.lanes);
    std::fill(to + end * src_.lanes, window, 0.0f);
  }
}

}  // namespace fastcnn::ops
