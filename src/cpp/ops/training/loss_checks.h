#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

#include "ops/checks.h"

namespace fastcnn::ops {

// A loss takes (scores, truth), its gradient (grad, scores, truth): `first` is where scores stand.

// Samples of a tensor [N, ...] and elements of one.
struct Samples {
  std::int64_t rows;
  std::int64_t cols;
};

inline Samples samples_of(const Shape& shape) {
  Samples samples = {shape[0], 1};
  for (std::size_t axis = 1; axis < shape.rank(); ++axis) samples.cols *= shape[axis];
  return samples;
}

// The gradient of the loss, [N], that a backward op takes first; the result is shaped as scores.
inline void check_loss_outputs(const OpSpec& spec, std::size_t first) {
  expect_outputs(spec, 1);
  const Shape& scores = spec.inputs[first].shape;
  if (first == 1) {
    expect_dtype(spec, 0, DType::kFloat32);
    expect_shape(spec, 0, {scores[0]});
    expect_output(spec, 0, scores);
  } else {
    expect_output(spec, 0, {scores[0]});
  }
}

// Scores [N, C] and labels [N].
inline Samples check_sparse_loss(const OpSpec& spec, std::size_t first) {
  spec.expect_inputs(first + 2, first + 2);
  expect_dtype(spec, first, DType::kFloat32);
  expect_dtype(spec, first + 1, DType::kInt32);
  spec.expect_rank(first, 2);
  expect_shape(spec, first + 1, {spec.inputs[first].shape[0]});
  check_loss_outputs(spec, first);
  return samples_of(spec.inputs[first].shape);
}

// Scores [N, ...] and targets of the same shape.
inline Samples check_dense_loss(const OpSpec& spec, std::size_t first) {
  expect_float_inputs(spec, first + 2);
  expect_rank_at_least(spec, first, 1);
  expect_shape(spec, first + 1, spec.inputs[first].shape);
  check_loss_outputs(spec, first);
  return samples_of(spec.inputs[first].shape);
}

// The attribute `epsilon`, in [0, 0.5].
inline double epsilon_of(const OpSpec& spec) {
  const double epsilon = spec.attributes.get_float("epsilon");
  require(epsilon >= 0 && epsilon <= 0.5, ErrorKind::kValue, spec.op,
          ": epsilon must be from 0 to 0.5, it is ", epsilon);
  return epsilon;
}

// The least float32 that is not under x.
inline float float_from(double x) {
  const float nearest = static_cast<float>(x);
  return nearest >= x ? nearest : std::nextafter(nearest, std::numeric_limits<float>::infinity());
}

// The greatest float32 that is not over x.
inline float float_up_to(double x) { return -float_from(-x); }

}  // namespace fastcnn::ops
