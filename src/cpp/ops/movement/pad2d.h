#pragma once

#include <vector>

#include "ops/checks.h"

namespace fastcnn::ops {

// Checks a whole `pad2d`: rows and columns of one value around each image, or, where a pad is
// negative, that many left out.
inline void expect_pad2d(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  spec.expect_rank(0, 4);
  const std::vector<std::int64_t> pads = spec.attributes.get_ints("pads", 4);
  const Shape& from = spec.inputs[0].shape;
  const std::int64_t h = from[2] + pads[0] + pads[2];
  const std::int64_t w = from[3] + pads[1] + pads[3];
  require(h >= 0 && w >= 0, ErrorKind::kValue, spec.op, ": pads [", pads[0], ", ", pads[1], ", ",
          pads[2], ", ", pads[3], "] crop more than the ", from[2], " x ", from[3], " pixels");
  expect_outputs(spec, 1);
  expect_output(spec, 0, {from[0], from[1], h, w});
}

}  // namespace fastcnn::ops
