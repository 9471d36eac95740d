#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ops/conv2d_shape.h"

namespace fastcnn::ops {

// What the ways to run a depthwise convolution or its backward-data share.

// Inputs after the image and the weights.
struct DepthwiseInputs {
  bool bias;
  bool residual;
};

std::optional<std::string> refuse_unless_depthwise(const Conv2dShape& shape);

// Input 1, plain weights [channels, 1, KH, KW], as [block][place of the kernel][lanes], for both
// directions. `places` is KH * KW.
Packing depthwise_packing(std::int64_t channels, std::int64_t places);

}  // namespace fastcnn::ops
