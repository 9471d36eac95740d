#pragma once

#include "ops/checks.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// Checks a whole `dense`: x [N, K], w [K, M], b [M] to y [N, M].
inline void expect_dense(const OpSpec& spec) {
  expect_float_inputs(spec, 3);
  expect_outputs(spec, 1);
  spec.expect_rank(0, 2);
  spec.expect_rank(1, 2);
  const Shape& x = spec.inputs[0].shape;
  const Shape& w = spec.inputs[1].shape;
  require(x[1] == w[0], ErrorKind::kShape, spec.op, ": weights take ", w[0], " features, x has ",
          x[1], "; the shapes are ", w, " and ", x);
  expect_shape(spec, 2, {w[1]});
  expect_output(spec, 0, {x[0], w[1]});
}

// Checks a whole `dense_backward_data`: grad_y [N, M], w [K, M] to grad_x [N, K].
inline void expect_dense_backward_data(const OpSpec& spec) {
  expect_float_inputs(spec, 2);
  expect_outputs(spec, 1);
  spec.expect_rank(0, 2);
  spec.expect_rank(1, 2);
  const Shape& grad_y = spec.inputs[0].shape;
  const Shape& w = spec.inputs[1].shape;
  require(grad_y[1] == w[1], ErrorKind::kShape, spec.op, ": weights give ", w[1],
          " features, grad_y has ", grad_y[1], "; the shapes are ", w, " and ", grad_y);
  expect_output(spec, 0, {grad_y[0], w[0]});
}

// Checks a whole `dense_backward_weights`: x [N, K], grad_y [N, M] to grad_w [K, M].
inline void expect_dense_backward_weights(const OpSpec& spec) {
  expect_float_inputs(spec, 2);
  expect_outputs(spec, 1);
  spec.expect_rank(0, 2);
  spec.expect_rank(1, 2);
  const Shape& x = spec.inputs[0].shape;
  const Shape& grad_y = spec.inputs[1].shape;
  require(x[0] == grad_y[0], ErrorKind::kShape, spec.op, ": x holds ", x[0], " samples, grad_y ",
          grad_y[0], "; the shapes are ", x, " and ", grad_y);
  expect_output(spec, 0, {x[1], grad_y[1]});
}

}  // namespace fastcnn::ops
