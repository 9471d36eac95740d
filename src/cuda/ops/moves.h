#pragma once

#include <memory>

#include "cuda/ops/operator.h"

namespace fastcnn::cuda {

// The step that puts an image of `shape` [N, C, H, W] into another layout.
std::unique_ptr<Operator> make_reorder(const Shape& shape, Layout from, Layout to);

}  // namespace fastcnn::cuda
