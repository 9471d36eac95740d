#include "ops/movement/strided_axes.h"

#include "ops/checks.h"

namespace fastcnn::ops {

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.rank(), 1);
  for (std::size_t a = shape.rank(); a-- > 1;) strides[a - 1] = strides[a] * shape[a];
  return strides;
}

std::vector<StridedAxis> join_axes(const std::vector<StridedAxis>& axes) {
  std::vector<StridedAxis> joined;
  for (const StridedAxis& axis : axes) {
    if (axis.extent == 1) continue;
    if (!joined.empty() && joined.back().stride == axis.stride * axis.extent) {
      joined.back() = {joined.back().extent * axis.extent, axis.stride};
    } else {
      joined.push_back(axis);
    }
  }
  return joined;
}

std::optional<std::string> refuse_late_shape(const OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the shape is not known when the plan is made";
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  return std::nullopt;
}

std::vector<StridedAxis> depth_to_space_axes(const OpSpec& spec) {
  spec.expect_rank(0, 4);
  const Shape& x = spec.inputs[0].shape;
  const std::int64_t b = spec.attributes.get_int("block_size");
  const std::string mode = spec.attributes.get_string("mode", "DCR");
  require(mode == "DCR" || mode == "CRD", ErrorKind::kValue, spec.op, ": mode is '", mode,
          "', it is DCR or CRD");
  require(b >= 1 && b <= x[1] && x[1] % (b * b) == 0, ErrorKind::kShape, spec.op, ": block_size ",
          b, " squared does not divide the ", x[1], " channels of x");
  const std::int64_t c = x[1] / (b * b);
  const std::int64_t pixels = x[2] * x[3];
  const bool depth_first = mode == "DCR";
  const std::int64_t channel = (depth_first ? 1 : b * b) * pixels;
  const std::int64_t down = (depth_first ? b * c : b) * pixels;
  const std::int64_t right = (depth_first ? c : 1) * pixels;
  expect_output(spec, 0, {x[0], c, x[2] * b, x[3] * b}, spec.inputs[0].dtype);
  return {{x[0], x[1] * pixels}, {c, channel}, {x[2], x[3]}, {b, down}, {x[3], 1}, {b, right}};
}

std::vector<StridedAxis> space_to_depth_axes(const OpSpec& spec) {
  spec.expect_rank(0, 4);
  const Shape& x = spec.inputs[0].shape;
  const std::int64_t b = spec.attributes.get_int("block_size");
  require(b >= 1 && x[2] % b == 0 && x[3] % b == 0, ErrorKind::kShape, spec.op, ": block_size ", b,
          " does not divide the ", x[2], " x ", x[3], " pixels of x");
  const std::int64_t pixels = x[2] * x[3];
  expect_output(spec, 0, {x[0], x[1] * b * b, x[2] / b, x[3] / b}, spec.inputs[0].dtype);
  return {{x[0], x[1] * pixels}, {b, x[3]},    {b, 1}, {x[1], pixels},
          {x[2] / b, b * x[3]},  {x[3] / b, b}};
}

std::vector<StridedAxis> repeated_axes(const OpSpec& spec) {
  const Shape& x = spec.inputs[0].shape;
  const Shape& y = spec.outputs[0].shape;
  const bool tiles = spec.op == "tile";
  require(y.rank() >= x.rank(), ErrorKind::kShape, spec.op, ": x ", x, " does not give ", y);
  require(spec.inputs[0].dtype == spec.outputs[0].dtype, ErrorKind::kType, spec.op,
          ": the output is of another type than x");
  const std::vector<std::int64_t> strides = strides_of(x);
  const std::size_t before = y.rank() - x.rank();
  std::vector<StridedAxis> axes;
  for (std::size_t a = 0; a < y.rank(); ++a) {
    const std::int64_t extent = a < before ? 1 : x[a - before];
    const bool fits = extent == y[a] || (tiles ? extent > 0 && y[a] % extent == 0 : extent == 1);
    require(fits, ErrorKind::kShape, spec.op, ": x ", x, " does not give ", y);
    if (extent != y[a]) axes.push_back({extent == 0 ? 0 : y[a] / extent, 0});
    axes.push_back({extent, a < before ? 0 : strides[a - before]});
  }
  return axes;
}

std::vector<std::int64_t> checked_perm(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  const Shape& from = spec.inputs[0].shape;
  const std::vector<std::int64_t> perm = spec.attributes.get_ints("perm", from.rank());
  std::vector<bool> seen(from.rank(), false);
  std::vector<std::int64_t> extents;
  for (const std::int64_t axis : perm) {
    const bool fresh = axis >= 0 && axis < static_cast<std::int64_t>(from.rank()) &&
                       !seen[static_cast<std::size_t>(axis)];
    require(fresh, ErrorKind::kValue, spec.op, ": perm names axis ", axis,
            ", it must name each of the ", from.rank(), " axes once");
    seen[static_cast<std::size_t>(axis)] = true;
    extents.push_back(from[static_cast<std::size_t>(axis)]);
  }
  expect_output(spec, 0, Shape(extents), spec.inputs[0].dtype);
  return perm;
}

std::vector<StridedAxis> transposed_axes(const OpSpec& spec) {
  const Shape& from = spec.inputs[0].shape;
  const std::vector<std::int64_t> strides = strides_of(from);
  std::vector<StridedAxis> axes;
  for (const std::int64_t axis : checked_perm(spec)) {
    const auto a = static_cast<std::size_t>(axis);
    axes.push_back({from[a], strides[a]});
  }
  return axes;
}

}  // namespace fastcnn::ops
