#include "ops/convolution/conv2d_axes.h"

#include <algorithm>
#include <set>
#include <utility>

namespace fastcnn::ops {
namespace {

ConvAxis forward_axis(std::int64_t src_extent, std::int64_t extent, std::int64_t kernel,
                      std::int64_t stride, std::int64_t pad, std::int64_t dilation) {
  AxisPhase phase{0, extent, {}};
  for (std::int64_t k = 0; k < kernel; ++k) phase.taps.push_back({k, k * dilation - pad});
  return {extent, 1, src_extent, stride, kernel, {std::move(phase)}};
}

// y at place i reads x at i * stride - pad + k * dilation, so x at place r + q * stride is read by
// y at q + (r + pad - k * dilation) / stride, for the taps that divide.
ConvAxis backward_data_axis(std::int64_t src_extent, std::int64_t extent, std::int64_t kernel,
                            std::int64_t stride, std::int64_t pad, std::int64_t dilation) {
  ConvAxis axis{extent, stride, src_extent, 1, kernel, {}};
  for (std::int64_t r = 0; r < std::min(stride, extent); ++r) {
    AxisPhase phase{r, (extent - r - 1) / stride + 1, {}};
    for (std::int64_t k = 0; k < kernel; ++k) {
      const std::int64_t distance = r + pad - k * dilation;
      if (distance % stride == 0) phase.taps.push_back({k, distance / stride});
    }
    axis.phases.push_back(std::move(phase));
  }
  return axis;
}

// The outputs [begin, end) of a phase for which a tap reads inside of the source.
struct Inside {
  std::int64_t begin;
  std::int64_t end;
};

Inside inside(const ConvAxis& axis, const AxisPhase& phase, const AxisTap& tap) {
  const auto first_from = [&](std::int64_t place) {  // the first output that reads at or past it
    const std::int64_t distance = place - tap.shift;
    return distance <= 0 ? 0 : std::min(divide_up(distance, axis.src_step), phase.count);
  };
  return {first_from(0), first_from(axis.src_extent)};
}

}  // namespace

std::int64_t ConvAxis::count_before(const AxisPhase& phase, std::int64_t end) const {
  return end <= phase.first ? 0 : std::min((end - phase.first - 1) / step + 1, phase.count);
}

ConvAxis split_edges(const ConvAxis& axis) {
  ConvAxis split = axis;
  split.phases.clear();
  for (const AxisPhase& phase : axis.phases) {
    std::set<std::int64_t> cuts = {0, phase.count};
    for (const AxisTap& tap : phase.taps) {
      const Inside reads = inside(axis, phase, tap);
      cuts.insert({reads.begin, reads.end});
    }
    for (auto cut = cuts.begin(); std::next(cut) != cuts.end(); ++cut) {
      const std::int64_t begin = *cut;
      AxisPhase part{phase.first + begin * axis.step, *std::next(cut) - begin, {}};
      for (const AxisTap& tap : phase.taps) {
        const Inside reads = inside(axis, phase, tap);
        if (reads.begin <= begin && begin < reads.end) {
          part.taps.push_back({tap.index, tap.shift + begin * axis.src_step});
        }
      }
      split.phases.push_back(std::move(part));
    }
  }
  return split;
}

ConvView forward_view(const Conv2dShape& s) {
  return {"forward",
          s.n,
          s.ic,
          s.oc,
          s.groups,
          {forward_axis(s.h, s.oh, s.kh, s.stride_h, s.pad_top, s.dilation_h),
           forward_axis(s.w, s.ow, s.kw, s.stride_w, s.pad_left, s.dilation_w)},
          s.taps(),
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
          s.taps(),
          s.oc_per_group() * s.ic_per_group() * s.taps(),
          s.taps(),
          s.ic_per_group() * s.taps(),
          s.flops()};
}

}  // namespace fastcnn::ops
