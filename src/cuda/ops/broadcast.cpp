#include "cuda/ops/broadcast.h"

#include <algorithm>

#include "cuda/ops/checks.h"
#include "ops/elementwise/plain_broadcast.h"

namespace fastcnn::cuda {
namespace {

// `shape` with 1s in front of it.
Shape aligned(const Shape& shape, std::size_t rank) {
  std::vector<std::int64_t> extents(rank - shape.rank(), 1);
  for (std::size_t a = 0; a < shape.rank(); ++a) extents.push_back(shape[a]);
  return Shape(extents);
}

Layout layout_of(const ops::OpSpec& spec, const Layouts& given) {
  if (!prefers_nhwc(spec.outputs[0].shape, given)) return Layout::kPlain;
  const bool all = std::all_of(spec.inputs.begin(), spec.inputs.end(), [](const TensorDesc& x) {
    return x.shape.rank() == 4 || same_in_both(aligned(x.shape, 4));
  });
  return all ? Layout::kNhwc : Layout::kPlain;
}

void check_broadcast(const ops::OpSpec& spec) {
  if (spec.inputs.size() == 2) {
    const ops::PlainBroadcast<2> checked(spec);
  } else {
    const ops::PlainBroadcast<3> checked(spec);
  }
}

}  // namespace

BroadcastAxes broadcast_axes(const ops::OpSpec& spec, const Layouts& given) {
  const std::size_t inputs = spec.inputs.size();
  check_broadcast(spec);
  const Layout layout = layout_of(spec, given);
  BroadcastAxes result{{}, {}, layout};
  const Shape to = stored_shape(spec.outputs[0].shape, layout);
  std::array<Shape, 3> from;
  std::array<std::int64_t, 3> size{1, 1, 1};
  for (std::size_t i = 0; i < inputs; ++i) {
    const Shape& shape = spec.inputs[i].shape;
    from[i] = stored_shape(aligned(shape, to.rank()), layout);
    result.input_layouts.push_back(shape.rank() == 4 ? layout : Layout::kPlain);
  }
  for (std::size_t a = to.rank(); a-- > 0;) {
    if (to[a] == 1) continue;
    BroadcastAxis axis{to[a], {}};
    bool joins = !result.axes.empty();
    for (std::size_t i = 0; i < inputs; ++i) {
      axis.stride[i] = from[i][a] == 1 ? 0 : size[i];
      size[i] *= from[i][a];
      joins = joins && (axis.stride[i] == 0) == (result.axes.back().stride[i] == 0);
    }
    if (joins) {
      result.axes.back().extent *= axis.extent;
    } else {
      result.axes.push_back(axis);
    }
  }
  std::reverse(result.axes.begin(), result.axes.end());
  return result;
}

}  // namespace fastcnn::cuda
