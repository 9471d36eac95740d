#include "ops/movement/resize_axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ops/checks.h"

namespace fastcnn::ops {
namespace {

// Where place `i` of the result lies in the source.
double coordinate(const std::string& how, std::int64_t i, std::int64_t from, std::int64_t to,
                  double scale) {
  const auto x = static_cast<double>(i);
  const auto extent = static_cast<double>(from);
  if (how == "asymmetric") return x / scale;
  if (how == "align_corners") {
    return to == 1 ? 0.0 : x * (extent - 1.0) / (static_cast<double>(to) - 1.0);
  }
  if (how == "pytorch_half_pixel" && to == 1) return 0.0;
  if (how == "half_pixel_symmetric") {
    const double adjustment = static_cast<double>(to) / (scale * extent);
    return extent / 2.0 * (1.0 - adjustment) + (x + 0.5) / scale - 0.5;
  }
  return (x + 0.5) / scale - 0.5;
}

double nearest(const std::string& rounding, double x) {
  if (rounding == "floor") return std::floor(x);
  if (rounding == "ceil") return std::ceil(x);
  if (rounding == "round_prefer_ceil") return std::floor(x + 0.5);
  return std::ceil(x - 0.5);
}

// Keys' kernel at distances 1 + t, t, 1 - t, 2 - t.
std::array<double, 4> cubic(double t, double a) {
  const auto near = [a](double d) { return ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0; };
  const auto far = [a](double d) { return ((a * d - 5.0 * a) * d + 8.0 * a) * d - 4.0 * a; };
  return {far(1.0 + t), near(t), near(1.0 - t), far(2.0 - t)};
}

double scale_of(const OpSpec& spec, std::size_t axis, std::int64_t from, std::int64_t to) {
  const std::vector<double> scales =
      spec.attributes.has("scales") ? spec.attributes.get_floats("scales") : std::vector<double>{};
  if (scales.empty()) return static_cast<double>(to) / static_cast<double>(from);
  require(scales.size() == spec.inputs[0].shape.rank() && scales[axis] > 0, ErrorKind::kValue,
          spec.op, ": scales must be one positive number for each axis of ", spec.inputs[0].shape);
  return scales[axis];
}

}  // namespace

ResizeAxis::ResizeAxis(const OpSpec& spec, std::size_t axis) : extent_(spec.inputs[0].shape[axis]) {
  const std::int64_t to = spec.outputs[0].shape[axis];
  require(extent_ > 0 && extent_ <= std::numeric_limits<std::int32_t>::max(), ErrorKind::kShape,
          spec.op, ": axis ", axis, " of x must have 1 to 2^31 - 1 places, its shape is ",
          spec.inputs[0].shape);
  const std::string mode = spec.attributes.get_string("mode", "nearest");
  const std::string how = spec.attributes.get_string("coordinates", "half_pixel");
  const std::string rounding = spec.attributes.get_string("rounding", "round_prefer_floor");
  const bool exclude = spec.attributes.get_int("exclude_outside", 0) != 0;
  const double a = spec.attributes.get_float("cubic_a", -0.75);
  const double scale = scale_of(spec, axis, extent_, to);
  taps_ = mode == "nearest" ? 1 : mode == "linear" ? 2 : 4;

  for (std::int64_t i = 0; i < to; ++i) {
    const double x = coordinate(how, i, extent_, to, scale);
    const double floor = std::floor(x);
    const double t = x - floor;
    double first = floor;
    std::array<double, 4> weights{1.0};
    if (taps_ == 1) first = nearest(rounding, x);
    if (taps_ == 2) weights = {1.0 - t, t};
    if (taps_ == 4) {
      first = floor - 1.0;
      weights = cubic(t, a);
    }
    double sum = 0;
    for (std::size_t k = 0; k < taps_; ++k) {
      const double place = first + static_cast<double>(k);
      const auto last = static_cast<double>(extent_ - 1);
      if (exclude && taps_ > 1 && (place < 0 || place > last)) weights[k] = 0;
      sum += weights[k];
      places_.push_back(static_cast<std::int32_t>(std::clamp(place, 0.0, last)));
    }
    for (std::size_t k = 0; k < taps_; ++k) {
      weights_.push_back(static_cast<float>(exclude ? weights[k] / sum : weights[k]));
    }
  }
}

bool ResizeAxis::is_copy() const {
  bool same =
      static_cast<std::int64_t>(places_.size()) == extent_ * static_cast<std::int64_t>(taps_);
  for (std::size_t i = 0; same && i < places_.size() / taps_; ++i) {
    for (std::size_t k = 0; k < taps_; ++k) {
      const bool here = places_[i * taps_ + k] == static_cast<std::int32_t>(i);
      same = same && (here || weights_[i * taps_ + k] == 0.0f);
    }
  }
  return same;
}

std::optional<std::string> refuse_but_pixels(const OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the sizes are not known when the plan is made";
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  if (const auto other = refuse_types_but_float(spec)) return other;
  if (spec.inputs[0].shape.rank() != 4) return "x is no image [N, C, H, W]";
  require(spec.outputs[0].shape.rank() == 4, ErrorKind::kShape, spec.op, ": the node says ",
          spec.outputs[0].shape, " for x ", spec.inputs[0].shape);
  if (spec.inputs[0].shape.count() == 0) return "x is empty";
  for (const std::size_t axis : {0, 1}) {
    if (!ResizeAxis(spec, axis).is_copy()) return join("axis ", axis, " is resized");
  }
  return std::nullopt;
}

}  // namespace fastcnn::ops
