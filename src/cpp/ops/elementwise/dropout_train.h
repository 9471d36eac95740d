#pragma once

#include <cmath>
#include <cstdint>

#include "ops/checks.h"

namespace fastcnn::ops {

// What decides which elements a `dropout_train` drops, but for the step.
struct DropoutNumbers {
  std::uint64_t seed;
  std::uint32_t threshold;  // of the random words under which an element is dropped
  float scale;              // of those that stay
};

// Checks a whole node: x and the step to y.
inline DropoutNumbers parse_dropout_train(const OpSpec& spec) {
  spec.expect_inputs(2, 2);
  expect_dtype(spec, 0, DType::kFloat32);
  expect_dtype(spec, 1, DType::kInt32);
  expect_shape(spec, 1, Shape{});
  expect_outputs(spec, 1);
  expect_output(spec, 0, spec.inputs[0].shape);
  const double rate = spec.attributes.get_float("rate");
  require(rate >= 0.0 && rate < 1.0, ErrorKind::kValue, spec.op, ": rate is ", rate,
          ", it must be at least 0 and below 1");
  return {static_cast<std::uint64_t>(spec.attributes.get_int("seed")),
          static_cast<std::uint32_t>(std::floor(rate * 4294967296.0)),
          static_cast<float>(1.0 / (1.0 - rate))};
}

}  // namespace fastcnn::ops
