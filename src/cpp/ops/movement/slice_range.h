#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "ops/checks.h"
#include "ops/stored_shape.h"

namespace fastcnn::ops {

// What Python's x[start:stop:step] takes from an axis: start, start + step, ..., `count` of them.
struct SliceRange {
  std::size_t axis;
  std::int64_t start;
  std::int64_t step;
  std::int64_t count;
};

// Reads the attributes axis, start, stop and step. Throws unless the output is input 0 with `count`
// elements along the axis.
inline SliceRange slice_range(const OpSpec& spec) {
  const std::size_t axis = axis_of(spec);
  const Shape& from = spec.inputs[0].shape;
  const std::int64_t extent = from[axis];
  const std::int64_t step = spec.attributes.get_int("step", 1);
  require(step != 0, ErrorKind::kValue, spec.op,
          ": step is 0; a slice takes steps of 1 or more, or ", "-1 or less");
  const std::int64_t low = step > 0 ? 0 : -1;
  const std::int64_t high = step > 0 ? extent : extent - 1;
  const auto place = [&](const char* name) {
    const std::int64_t given = spec.attributes.get_int(name);
    const bool from_end = given < 0;
    return std::clamp(from_end && given >= -extent ? given + extent : given, low, high);
  };
  const std::int64_t start = place("start");
  const std::int64_t stop = place("stop");
  const std::int64_t distance = step > 0 ? stop - start : start - stop;
  const std::int64_t stride = step > 0 ? step : -std::max(step, -(std::int64_t{1} << 62));
  const std::int64_t count = distance > 0 ? divide_up(distance, stride) : 0;

  const Shape& to = spec.outputs[0].shape;
  bool agrees = to.rank() == from.rank();
  for (std::size_t a = 0; agrees && a < from.rank(); ++a) {
    agrees = to[a] == (a == axis ? count : from[a]);
  }
  require(agrees, ErrorKind::kShape, spec.op, ": ", from, " with ", count, " at axis ", axis,
          " is expected, the node says ", to);
  return {axis, start, step, count};
}

// Checks a whole `slice_backward`: what was cut from `start` on, put back into an axis of `size`.
inline void expect_slice_backward(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  const std::size_t axis = axis_of(spec);
  const std::int64_t start = spec.attributes.get_int("start");
  const std::int64_t size = spec.attributes.get_int("size");
  const Shape& from = spec.inputs[0].shape;
  require(0 <= start && start + from[axis] <= size, ErrorKind::kValue, spec.op, ": ", from[axis],
          " from ", start, " on is not within size ", size, " of axis ", axis);
  std::vector<std::int64_t> extents;
  for (std::size_t a = 0; a < from.rank(); ++a) extents.push_back(a == axis ? size : from[a]);
  expect_output(spec, 0, Shape(extents));
}

}  // namespace fastcnn::ops
