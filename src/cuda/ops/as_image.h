#pragma once

#include <memory>

#include "cuda/ops/operator.h"

namespace fastcnn::cuda {

// Whether `shape` [N, C, ...] has pixels and no layout in which its channels are neighbours.
inline bool lacks_nhwc(const Shape& shape) { return shape.rank() == 3 || shape.rank() > 4; }

// What `make` makes of the node with such tensors as images [N, C, 1, ...], which are transposed
// before and after, in scratch memory.
std::unique_ptr<Operator> make_as_image(const ops::OpSpec& spec,
                                        std::unique_ptr<Operator> (*make)(const ops::OpSpec&,
                                                                          const Layouts&));

}  // namespace fastcnn::cuda
