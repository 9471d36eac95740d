#pragma once

#include "ops/checks.h"

namespace fastcnn::ops {

// Each checks a whole node about the channels of x [N, C, ...].

inline void expect_channel_sum(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  expect_rank_at_least(spec, 0, 2);
  expect_output(spec, 0, {spec.inputs[0].shape[1]});
}

// x, gamma, beta, mean, variance.
inline void expect_batch_norm(const OpSpec& spec) {
  expect_float_inputs(spec, 5);
  expect_outputs(spec, 1);
  expect_rank_at_least(spec, 0, 2);
  const Shape& x = spec.inputs[0].shape;
  for (std::size_t i = 1; i < 5; ++i) expect_shape(spec, i, {x[1]});
  expect_output(spec, 0, x);
}

// x, gamma, beta and perhaps a residual to y, mean, variance, inv_std.
inline void expect_batch_norm_train(const OpSpec& spec) {
  spec.expect_inputs(3, 4);
  expect_float_inputs(spec, spec.inputs.size());
  expect_outputs(spec, 4);
  expect_rank_at_least(spec, 0, 2);
  const Shape& x = spec.inputs[0].shape;
  const Shape channels = {x[1]};
  for (std::size_t i = 1; i < 3; ++i) expect_shape(spec, i, channels);
  if (spec.inputs.size() == 4) expect_shape(spec, 3, x);
  expect_output(spec, 0, x);
  for (std::size_t i = 1; i < 4; ++i) expect_output(spec, i, channels);
}

// x, gamma, beta, but for the types.
inline void expect_instance_norm(const OpSpec& spec) {
  spec.expect_inputs(3, 3);
  expect_outputs(spec, 1);
  expect_rank_at_least(spec, 0, 3);
  const Shape& x = spec.inputs[0].shape;
  expect_shape(spec, 1, {x[1]});
  expect_shape(spec, 2, {x[1]});
  expect_output(spec, 0, x, spec.outputs[0].dtype);
}

// x, but for the types.
inline void expect_local_response_norm(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  expect_rank_at_least(spec, 0, 2);
  const std::int64_t size = spec.attributes.get_int("size");
  require(size >= 1 && size <= 4096, ErrorKind::kValue, spec.op, ": size is ", size,
          "; it must be at least 1 and at most 4096");
  expect_output(spec, 0, spec.inputs[0].shape, spec.outputs[0].dtype);
}

inline bool has_activation(const OpSpec& spec) {
  return spec.attributes.get_string("activation", "linear") != "linear";
}

// grad_y, x, gamma, mean, inv_std and, after an activation, beta.
inline void expect_batch_norm_backward(const OpSpec& spec) {
  const std::size_t inputs = has_activation(spec) ? 6 : 5;
  expect_float_inputs(spec, inputs);
  expect_outputs(spec, 3);
  expect_rank_at_least(spec, 1, 2);
  const Shape& x = spec.inputs[1].shape;
  const Shape channels = {x[1]};
  expect_shape(spec, 0, x);
  for (std::size_t i = 2; i < inputs; ++i) expect_shape(spec, i, channels);
  expect_output(spec, 0, x);
  expect_output(spec, 1, channels);
  expect_output(spec, 2, channels);
}

}  // namespace fastcnn::ops
