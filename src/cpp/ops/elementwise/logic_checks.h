#pragma once

#include "ops/checks.h"

namespace fastcnn::ops {

// Each checks a whole node but for the types that there is code for.

inline void expect_bool_output(const OpSpec& spec) {
  expect_outputs(spec, 1);
  require(spec.outputs[0].dtype == DType::kBool, ErrorKind::kType, spec.op,
          ": the output must be bool, the node says ", name_of(spec.outputs[0].dtype));
}

// Two operands of one type to bools.
inline void expect_relation(const OpSpec& spec) {
  spec.expect_inputs(2, 2);
  expect_bool_output(spec);
  expect_dtype(spec, 1, spec.inputs[0].dtype);
}

inline void expect_logical_not(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  expect_dtype(spec, 0, DType::kBool);
  expect_output(spec, 0, spec.inputs[0].shape, DType::kBool);
}

// Bools and two operands of the output's type.
inline void expect_where(const OpSpec& spec) {
  spec.expect_inputs(3, 3);
  expect_outputs(spec, 1);
  expect_dtype(spec, 0, DType::kBool);
  expect_dtype(spec, 1, spec.outputs[0].dtype);
  expect_dtype(spec, 2, spec.outputs[0].dtype);
}

inline void expect_cast(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  expect_output(spec, 0, spec.inputs[0].shape, spec.outputs[0].dtype);
}

}  // namespace fastcnn::ops
