#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// Why Winograd's algorithm cannot run a convolution, or nothing.
std::optional<std::string> refuse_winograd(const OpSpec& spec, const Conv2dShape& shape);
// The same for its gradients.
std::optional<std::string> refuse_winograd_gradient(const OpSpec& spec, const Conv2dShape& shape);

// Cycles of one core for a convolution with dilations of 1 by conv2d_direct and, where it has no
// strides and a kernel of r x r, by F(m x m, r x r). Only their ratio is meant.
double direct_cycles(const Conv2dShape& shape);
double winograd_cycles(const Conv2dShape& shape, std::int64_t m);
// To transform the weights, where that is not done once for all runs.
double winograd_weights_cycles(const Conv2dShape& shape, std::int64_t m);
// The same for the gradient of the weights.
double direct_gradient_cycles(const Conv2dShape& shape);
double winograd_gradient_cycles(const Conv2dShape& shape, std::int64_t m);

}  // namespace fastcnn::ops
