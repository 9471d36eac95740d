#pragma once

#include <memory>

#include "cuda/ops/operator.h"

namespace fastcnn::cuda {

// The step that puts an image into another layout.
std::unique_ptr<Operator> make_reorder(const TensorDesc& image, Layout from, Layout to);

// The step that copies so many bytes.
std::unique_ptr<Operator> make_copy(std::size_t size_bytes);

}  // namespace fastcnn::cuda
