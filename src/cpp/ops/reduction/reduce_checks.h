#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "ops/checks.h"

namespace fastcnn::ops {

// Why a reduction is not one of all elements to one number, or nothing.
inline std::optional<std::string> refuse_but_all(const OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the axes are not known when the plan is made";
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  if (const auto other = refuse_types_but_float(spec)) return other;
  if (spec.outputs[0].shape.count() != 1) return "the result is not one number";
  return std::nullopt;
}

using ReducedAxes = std::array<bool, Shape::kMaxRank>;

// Which axes are reduced: all of them where none is named.
inline ReducedAxes reduced_axes(const OpSpec& spec) {
  const auto rank = static_cast<std::int64_t>(spec.inputs[0].shape.rank());
  ReducedAxes reduced{};
  const std::vector<std::int64_t> axes =
      spec.attributes.has("axes") ? spec.attributes.get_ints("axes") : std::vector<std::int64_t>{};
  for (const std::int64_t axis : axes) {
    require(axis >= -rank && axis < rank, ErrorKind::kValue, spec.op, ": axis ", axis,
            " is outside of x, whose shape is ", spec.inputs[0].shape);
    reduced[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = true;
  }
  if (axes.empty()) reduced.fill(true);
  return reduced;
}

inline Shape reduced_shape(const OpSpec& spec, const ReducedAxes& reduced) {
  const Shape& x = spec.inputs[0].shape;
  const bool keep = spec.attributes.get_int("keepdims", 0) != 0;
  std::vector<std::int64_t> extents;
  for (std::size_t a = 0; a < x.rank(); ++a) {
    if (!reduced[a]) extents.push_back(x[a]);
    if (reduced[a] && keep) extents.push_back(1);
  }
  return Shape(extents);
}

// Each checks a whole node.

inline void expect_penalty(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  expect_output(spec, 0, Shape{});
}

// The gradient by the mean, and x, of which only the shape counts.
inline void expect_reduce_mean_backward(const OpSpec& spec) {
  expect_float_inputs(spec, 2);
  expect_shape(spec, 0, Shape{});
  expect_outputs(spec, 1);
  expect_output(spec, 0, spec.inputs[1].shape);
}

}  // namespace fastcnn::ops
