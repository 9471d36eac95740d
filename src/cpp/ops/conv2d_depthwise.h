#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ops/conv2d_axes.h"
#include "ops/conv2d_shape.h"

namespace fastcnn::ops {

// What the ways to run a depthwise convolution or its backward-data share.

// Inputs after the image and the weights.
struct DepthwiseInputs {
  bool bias;
  bool residual;
};

std::optional<std::string> refuse_unless_depthwise(const Conv2dShape& shape);

// Sets flops, layouts, in_place and packings. The packed weights are [block][place of the kernel]
// [lanes], for both directions.
void declare_depthwise(Operator& op, const ConvView& view, DepthwiseInputs inputs);

}  // namespace fastcnn::ops
