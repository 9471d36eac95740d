#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/checks.h"
#include "ops/stored_shape.h"

namespace fastcnn::ops {

// Checks a whole argmax or argmin; why it is not one of float32, or nothing.
inline std::optional<std::string> refuse_but_extreme(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  if (spec.inputs[0].dtype != DType::kFloat32) {
    return join(name_of(spec.inputs[0].dtype), " is not float32");
  }
  const std::size_t axis = axis_of(spec, 1);
  const Shape& x = spec.inputs[0].shape;
  require(x[axis] > 0 && x[axis] <= std::int64_t{1} << 31, ErrorKind::kShape, spec.op,
          ": x must have 1 to 2^31 elements along axis ", axis, ", its shape is ", x);
  std::vector<std::int64_t> extents;
  for (std::size_t a = 0; a < x.rank(); ++a) {
    if (a != axis) extents.push_back(x[a]);
    if (a == axis && spec.attributes.get_int("keepdims", 0) != 0) extents.push_back(1);
  }
  expect_output(spec, 0, Shape(extents), DType::kInt32);
  return std::nullopt;
}

}  // namespace fastcnn::ops
