#include "ops/conv2d_geometry.h"

#include <algorithm>
#include <utility>

#include "base/aligned_buffer.h"

namespace fastcnn::ops {
namespace {

constexpr std::int64_t kMaxWindow = std::int64_t{1} << 40;

ConvAxis forward_axis(std::int64_t src_extent, std::int64_t extent, std::int64_t kernel,
                      std::int64_t stride, std::int64_t pad, std::int64_t dilation) {
  AxisPhase phase{0, {}};
  for (std::int64_t k = 0; k < kernel; ++k) phase.taps.push_back({k, k * dilation - pad});
  return {extent, 1, src_extent, stride, kernel, {std::move(phase)}};
}

// y at place i reads x at i * stride - pad + k * dilation, so x at place r + q * stride is read by
// y at q + (r + pad - k * dilation) / stride, for the taps that divide.
ConvAxis backward_data_axis(std::int64_t src_extent, std::int64_t extent, std::int64_t kernel,
                            std::int64_t stride, std::int64_t pad, std::int64_t dilation) {
  ConvAxis axis{extent, stride, src_extent, 1, kernel, {}};
  for (std::int64_t r = 0; r < std::min(stride, extent); ++r) {
    AxisPhase phase{r, {}};
    for (std::int64_t k = 0; k < kernel; ++k) {
      const std::int64_t distance = r + pad - k * dilation;
      if (distance % stride == 0) phase.taps.push_back({k, distance / stride});
    }
    axis.phases.push_back(std::move(phase));
  }
  return axis;
}

// The source places [low, high) that the first `outputs` outputs read.
struct Span {
  std::int64_t low;
  std::int64_t high;
};

Span span_of(const ConvAxis& axis, std::int64_t outputs) {
  Span span{0, 0};
  bool empty = true;
  for (const AxisPhase& phase : axis.phases) {
    const std::int64_t count = axis.count(phase, outputs);
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

ConvView forward_view(const Conv2dShape& s) {
  return {"forward",
          s.n,
          s.ic,
          s.oc,
          s.groups,
          {forward_axis(s.h, s.oh, s.kh, s.stride_h, s.pad_top, s.dilation_h),
           forward_axis(s.w, s.ow, s.kw, s.stride_w, s.pad_left, s.dilation_w)},
          s.oc_per_group() * s.ic_per_group() * s.taps(),
          s.ic_per_group() * s.taps(),
          s.taps(),
          s.flops()};
}

ConvView backward_data_view(const Conv2dShape& s) {
  return {"backward_data",
          s.n,
          s.oc,
          s.ic,
          s.groups,
          {backward_data_axis(s.oh, s.h, s.kh, s.stride_h, s.pad_top, s.dilation_h),
           backward_data_axis(s.ow, s.w, s.kw, s.stride_w, s.pad_left, s.dilation_w)},
          s.oc_per_group() * s.ic_per_group() * s.taps(),
          s.taps(),
          s.ic_per_group() * s.taps(),
          s.flops()};
}

ConvGeometry::ConvGeometry(ConvAxes axes, PixelLanes lanes, std::int64_t chunk_rows)
    : axes_(std::move(axes)), lanes_(lanes) {
  const std::int64_t rows = axes_.rows.extent;
  const std::int64_t wanted = divide_up(rows, std::max<std::int64_t>(chunk_rows, 1));
  chunk_rows_ = round_up(divide_up(rows, std::max<std::int64_t>(wanted, 1)), axes_.rows.step);
  chunks_ = rows == 0 ? 0 : divide_up(rows, chunk_rows_);
  find_window();
  windows_bytes(1);  // throws where the extents of a window cannot be multiplied
  fill_tables();
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

void ConvGeometry::fill_tables() {
  const std::int64_t width = copies_ ? window_columns_ : axes_.columns.src_extent;
  const std::int64_t top = copies_ ? row_low_ : 0;
  const std::int64_t left = copies_ ? column_low_ : 0;
  const std::int64_t rows = std::min(chunk_rows_, axes_.rows.extent);
  for (const AxisPhase& row_phase : axes_.rows.phases) {
    for (const AxisPhase& column_phase : axes_.columns.phases) {
      ConvPhase phase;
      phase.row_phase = &row_phase;
      phase.columns = axes_.columns.count(column_phase, axes_.columns.extent);
      for (std::int64_t i = 0; i < axes_.rows.count(row_phase, rows); ++i) {
        const std::int64_t src_row = i * axes_.rows.src_step - top;
        const std::int64_t dst_row = row_phase.first + i * axes_.rows.step;
        for (std::int64_t j = 0; j < phase.columns; ++j) {
          const std::int64_t src_column = j * axes_.columns.src_step - left;
          const std::int64_t dst_column = column_phase.first + j * axes_.columns.step;
          phase.src_pixels.push_back((src_row * width + src_column) * lanes_.src);
          phase.dst_pixels.push_back((dst_row * axes_.columns.extent + dst_column) * lanes_.dst);
        }
      }
      for (const AxisTap& row : row_phase.taps) {
        for (const AxisTap& column : column_phase.taps) {
          phase.taps.push_back({row.index * axes_.columns.kernel + column.index,
                                (row.shift * width + column.shift) * lanes_.src});
        }
      }
      phases_.push_back(std::move(phase));
    }
  }
}

std::size_t ConvGeometry::pixels(const ConvPhase& phase, std::int64_t chunk) const {
  const std::int64_t rows = std::min(chunk_rows_, axes_.rows.extent - chunk * chunk_rows_);
  return static_cast<std::size_t>(axes_.rows.count(*phase.row_phase, rows) * phase.columns);
}

std::size_t ConvGeometry::windows_bytes(std::int64_t planes) const {
  if (!copies_) return 0;
  const std::int64_t floats = Shape{planes, window_rows_, window_columns_, lanes_.src}.count();
  require(floats <= kMaxWindow, ErrorKind::kMemory, "conv2d: ", floats,
          " floats of zero-padded image for one thread are over the limit of 2^40; pad less");
  return static_cast<std::size_t>(round_up(floats * 4, kAlignment));
}

std::int64_t ConvGeometry::image_plane() const {
  return axes_.rows.src_extent * axes_.columns.src_extent * lanes_.src;
}

std::int64_t ConvGeometry::dst_plane() const {
  return axes_.rows.extent * axes_.columns.extent * lanes_.dst;
}

std::int64_t ConvGeometry::dst_chunk(std::int64_t chunk) const {
  return chunk * chunk_rows_ * axes_.columns.extent * lanes_.dst;
}

std::int64_t ConvGeometry::first_src_row(std::int64_t chunk) const {
  return chunk * (chunk_rows_ / axes_.rows.step) * axes_.rows.src_step;
}

std::int64_t ConvGeometry::src_chunk(std::int64_t chunk) const {
  return first_src_row(chunk) * axes_.columns.src_extent * lanes_.src;
}

void ConvGeometry::copy_window(const float* plane, float* window, std::int64_t chunk) const {
  const std::int64_t width = axes_.columns.src_extent;
  const std::int64_t first = std::clamp<std::int64_t>(-column_low_, 0, window_columns_);
  const std::int64_t last = std::clamp<std::int64_t>(width - column_low_, first, window_columns_);
  for (std::int64_t i = 0; i < window_rows_; ++i) {
    const std::int64_t row = first_src_row(chunk) + row_low_ + i;
    float* const begin = window + i * window_columns_ * lanes_.src;
    float* const end = begin + window_columns_ * lanes_.src;
    if (row < 0 || row >= axes_.rows.src_extent) {
      std::fill(begin, end, 0.0f);
      continue;
    }
    const float* const from = plane + (row * width + column_low_ + first) * lanes_.src;
    std::fill(begin, begin + first * lanes_.src, 0.0f);
    std::copy(from, from + (last - first) * lanes_.src, begin + first * lanes_.src);
    std::fill(begin + last * lanes_.src, end, 0.0f);
  }
}

}  // namespace fastcnn::ops
