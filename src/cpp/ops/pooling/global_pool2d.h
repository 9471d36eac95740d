#pragma once

#include <vector>

#include "ops/checks.h"

namespace fastcnn::ops {

// Each checks a whole node, its outputs too, and gives the shape of the image [N, C, H, W].

inline void expect_image(const OpSpec& spec, const Shape& image) {
  require(image.rank() == 4 && image[2] > 0 && image[3] > 0, ErrorKind::kShape, spec.op,
          ": x must be [N, C, H, W] with at least one pixel, its shape is ", image);
}

// global_max_pool2d, global_average_pool2d: x to y.
inline Shape parse_global_pool2d(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  const Shape& image = spec.inputs[0].shape;
  expect_image(spec, image);
  expect_output(spec, 0, {image[0], image[1], 1, 1});
  return image;
}

// grad_y, x, y to grad_x.
inline Shape parse_global_max_pool2d_backward(const OpSpec& spec) {
  expect_float_inputs(spec, 3);
  expect_outputs(spec, 1);
  const Shape& image = spec.inputs[1].shape;
  expect_image(spec, image);
  expect_shape(spec, 0, {image[0], image[1], 1, 1});
  expect_shape(spec, 2, {image[0], image[1], 1, 1});
  expect_output(spec, 0, image);
  return image;
}

// grad_y to grad_x.
inline Shape parse_global_average_pool2d_backward(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  spec.expect_rank(0, 4);
  const std::vector<std::int64_t> size = spec.attributes.get_ints("input_size", 2);
  const Shape& grad_y = spec.inputs[0].shape;
  const Shape image = {grad_y[0], grad_y[1], size[0], size[1]};
  expect_image(spec, image);
  expect_shape(spec, 0, {image[0], image[1], 1, 1});
  expect_output(spec, 0, image);
  return image;
}

}  // namespace fastcnn::ops
