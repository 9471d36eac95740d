#pragma once

#include <optional>
#include <string>

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
