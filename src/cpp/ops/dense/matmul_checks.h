#pragma once

#include <algorithm>

#include "ops/checks.h"

namespace fastcnn::ops {

// The extent that stands `place` from the end: 1 is the last.
inline std::int64_t from_end(const Shape& shape, std::size_t place) {
  return shape[shape.rank() - place];
}

// Checks a whole node but for its types.
inline void expect_matmul(const OpSpec& spec) {
  spec.expect_inputs(2, 2);
  expect_outputs(spec, 1);
  const Shape& a = spec.inputs[0].shape;
  const Shape& b = spec.inputs[1].shape;
  const Shape& y = spec.outputs[0].shape;
  expect_rank_at_least(spec, 0, 2);
  expect_rank_at_least(spec, 1, 2);
  require(from_end(a, 1) == from_end(b, 2), ErrorKind::kShape, spec.op, ": a has ", from_end(a, 1),
          " columns, b has ", from_end(b, 2), " rows; the shapes are ", a, " and ", b);
  bool fits = y.rank() == std::max(a.rank(), b.rank()) && from_end(y, 2) == from_end(a, 2) &&
              from_end(y, 1) == from_end(b, 1);
  for (std::size_t k = 3; fits && k <= y.rank(); ++k) {
    const std::int64_t of_a = k <= a.rank() ? from_end(a, k) : 1;
    const std::int64_t of_b = k <= b.rank() ? from_end(b, k) : 1;
    fits = (of_a == of_b || of_a == 1 || of_b == 1) && from_end(y, k) == (of_a == 1 ? of_b : of_a);
  }
  require(fits, ErrorKind::kShape, spec.op, ": ", a, " and ", b, " do not give ", y);
}

}  // namespace fastcnn::ops
