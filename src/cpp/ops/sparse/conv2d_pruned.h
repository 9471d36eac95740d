#pragma once

#include <algorithm>
#include <cstdint>

#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// Marks operators whose work follows from which elements of a constant are zero: zeros in its place
// tell no time, and what was measured for one amount of work says nothing of another.
class Pruned {
 protected:
  ~Pruned() = default;
};

inline std::int64_t weights_of(const Conv2dShape& shape) {
  return shape.oc * shape.ic_per_group() * shape.taps();
}

// How many of `weights` [OC, IC / groups, KH, KW] are not zero.
inline std::int64_t nonzeros_of(const Conv2dShape& shape, const float* weights) {
  const std::int64_t count = weights_of(shape);
  return count - std::count(weights, weights + count, 0.0f);
}

// Share of `weights` that is not zero. There is one at least.
inline double density(const Conv2dShape& shape, const float* weights) {
  return static_cast<double>(nonzeros_of(shape, weights)) / static_cast<double>(weights_of(shape));
}

// Whether the dense way to beat is Winograd's.
inline bool suits_winograd(const Conv2dShape& shape) {
  return shape.kh == 3 && shape.kw == 3 && shape.stride_h == 1 && shape.stride_w == 1 &&
         shape.dilation_h == 1 && shape.dilation_w == 1 && shape.groups == 1;
}

}  // namespace fastcnn::ops
