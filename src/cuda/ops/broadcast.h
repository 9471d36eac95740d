#pragma once

#include <array>
#include <vector>

#include "cuda/ops/operator.h"

namespace fastcnn::cuda {

// How two or three operands are read along an axis of their result: by steps, 0 where all read one
// element.
struct BroadcastAxis {
  std::int64_t extent;
  std::array<std::int64_t, 3> stride;
};

// The axes of a result in the order in which they lie, outermost first: neighbours that are read
// alike are one, those of one element are left out.
struct BroadcastAxes {
  std::vector<BroadcastAxis> axes;
  Layouts input_layouts;
  Layout output_layout;
};

// Throws unless the inputs can be broadcast to the output. NHWC where an image comes so and the
// others lie alike in both layouts or are images too.
BroadcastAxes broadcast_axes(const ops::OpSpec& spec, const Layouts& given);

}  // namespace fastcnn::cuda
