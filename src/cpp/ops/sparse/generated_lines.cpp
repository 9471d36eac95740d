#include "ops/sparse/generated_lines.h"

#include <algorithm>
#include <tuple>

namespace fastcnn::ops {
namespace {

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -divide_up(-a, b);
}

}  // namespace

GeneratedLines::GeneratedLines(const Conv2dShape& s)
    : channels_(s.ic),
      stride_h_(s.stride_h),
      stride_w_(s.stride_w),
      src_(s.h, s.w),
      dst_(s.oh, s.ow),
      kernel_(kernels::select_pixel_lines()) {
  for (std::int64_t k = 0; k < s.kh; ++k) {
    const std::int64_t row = k * s.dilation_h - s.pad_top;
    const std::int64_t row_shift = floor_div(row, s.stride_h);
    for (std::int64_t l = 0; l < s.kw; ++l) {
      const std::int64_t column = l * s.dilation_w - s.pad_left;
      const std::int64_t shift = floor_div(column, s.stride_w);
      const std::int64_t phase = column - shift * s.stride_w;
      const std::int64_t width = divide_up(std::max<std::int64_t>(s.w - phase, 0), s.stride_w);
      const bool shifts = shift >= -1 && shift <= 1 && width <= s.ow;
      const std::int64_t plane =
          plane_of({row - row_shift * s.stride_h, phase, shifts ? 0 : shift});
      taps_.push_back({k * s.kw + l, plane, row_shift * dst_.row() + (shifts ? shift : 0)});
    }
  }
  std::sort(taps_.begin(), taps_.end(), [](const auto& a, const auto& b) {
    return std::tie(a.plane, a.shift, a.place) < std::tie(b.plane, b.shift, b.place);
  });
  for (const kernels::GeneratedTap& tap : taps_) {
    const std::int64_t line = floor_div(tap.shift, kPixelLanes);
    before_ = std::max(before_, -line);
    after_ = std::max(after_, tap.shift % kPixelLanes == 0 ? line : line + 1);
  }
  is_image_ = planes_.size() == 1 && s.stride_h == 1 && s.stride_w == 1 && s.w == s.ow &&
              planes_[0].offset == 0;
  if (is_image_) return;
  for (std::int64_t line = -before_; line < dst_lines() + after_; ++line) {
    for (const Plane& plane : planes_) pieces_.push_back(pieces_of(plane, line));
  }
}

std::int64_t GeneratedLines::plane_of(const Plane& plane) {
  const auto found = std::find_if(planes_.begin(), planes_.end(), [&](const Plane& other) {
    return other.row_phase == plane.row_phase && other.column_phase == plane.column_phase &&
           other.offset == plane.offset;
  });
  const std::int64_t index = found - planes_.begin();
  if (found == planes_.end()) planes_.push_back(plane);
  return index;
}

std::vector<kernels::PixelPiece> GeneratedLines::pieces_of(const Plane& plane,
                                                           std::int64_t line) const {
  std::vector<kernels::PixelPiece> pieces;
  for (std::int64_t lane = 0; lane < kPixelLanes; ++lane) {
    const std::int64_t position = line * kPixelLanes + lane;
    const std::int64_t i = floor_div(position, dst_.row());
    const std::int64_t j = position - i * dst_.row();
    const std::int64_t row = plane.row_phase + i * stride_h_;
    const std::int64_t column = plane.column_phase + (j + plane.offset) * stride_w_;
    if (j == dst_.columns() || row < 0 || row >= src_.rows()) continue;
    if (column < 0 || column >= src_.columns()) continue;
    const std::int64_t from = row * src_.row() + column;
    const auto first = static_cast<std::size_t>(from / kPixelLanes * channels_);
    if (pieces.empty() || pieces.back().line != first) pieces.push_back({first, 0, {}});
    pieces.back().lanes = static_cast<std::uint16_t>(pieces.back().lanes | 1u << lane);
    pieces.back().from[lane] = static_cast<std::int32_t>(from % kPixelLanes);
  }
  return pieces;
}

void GeneratedLines::fill(const float* image, std::int64_t line, float* panel) const {
  const std::int64_t floats = channels_ * kPixelLanes;
  if (is_image_) {
    if (line < 0 || line >= src_.lines()) {
      std::fill_n(panel, floats, 0.0f);
    } else {
      std::copy_n(image + line * floats, floats, panel);
    }
    return;
  }
  for (std::int64_t p = 0; p < planes(); ++p) {
    const auto& pieces = pieces_[static_cast<std::size_t>((line + before_) * planes() + p)];
    kernel_.gather({image, panel + p * floats, static_cast<std::size_t>(channels_), pieces.data(),
                    pieces.size()});
  }
}

}  // namespace fastcnn::ops
