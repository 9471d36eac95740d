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

}  // namespace fastcnn::ops
