#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ops/checks.h"
#include "ops/stored_shape.h"

namespace fastcnn::ops {

// Checks a whole node but for the type of its indices.
inline void expect_gather(const OpSpec& spec) {
  spec.expect_inputs(2, 2);
  expect_outputs(spec, 1);
  const std::size_t axis = axis_of(spec, 0);
  const Shape& from = spec.inputs[0].shape;
  const Shape& indices = spec.inputs[1].shape;
  std::vector<std::int64_t> extents;
  for (std::size_t a = 0; a < axis; ++a) extents.push_back(from[a]);
  for (std::size_t a = 0; a < indices.rank(); ++a) extents.push_back(indices[a]);
  for (std::size_t a = axis + 1; a < from.rank(); ++a) extents.push_back(from[a]);
  expect_output(spec, 0, Shape(extents), spec.inputs[0].dtype);
}

// Why there is no code for indices of this type, or nothing.
inline std::optional<std::string> refuse_index_type(const OpSpec& spec) {
  const DType type = spec.inputs[1].dtype;
  if (type != DType::kInt32 && type != DType::kInt64) return join("indices of ", name_of(type));
  return std::nullopt;
}

}  // namespace fastcnn::ops
