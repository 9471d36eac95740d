#pragma once

#include "ops/checks.h"
#include "ops/stored_shape.h"

namespace fastcnn::ops {

// Checks a whole `concat`: inputs of any one type, alike beside the axis.
inline void expect_concat(const OpSpec& spec) {
  require(!spec.inputs.empty(), ErrorKind::kShape, spec.op, ": takes at least 1 input, has 0");
  const std::size_t axis = axis_of(spec);
  const Shape& first = spec.inputs[0].shape;
  std::int64_t extent = 0;
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    expect_dtype(spec, i, spec.inputs[0].dtype);
    spec.expect_rank(i, first.rank());
    const Shape& shape = spec.inputs[i].shape;
    for (std::size_t a = 0; a < first.rank(); ++a) {
      require(a == axis || shape[a] == first[a], ErrorKind::kShape, spec.op, ": input ", i,
              " has shape ", shape, ", which differs from ", first, " beside axis ", axis);
    }
    extent += shape[axis];
  }
  expect_outputs(spec, 1);
  require(spec.outputs[0].shape.rank() == first.rank() && spec.outputs[0].shape[axis] == extent &&
              spec.outputs[0].dtype == spec.inputs[0].dtype,
          ErrorKind::kShape, spec.op, ": axis ", axis, " adds up to ", extent, ", the node says ",
          spec.outputs[0].shape);
}

}  // namespace fastcnn::ops
