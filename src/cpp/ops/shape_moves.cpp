#include <algorithm>

#include "ops/checks.h"
#include "ops/strided_copy.h"

// expand, tile, depth_to_space, space_to_depth: each a list of strides.
namespace fastcnn::ops {
namespace {

using Axes = std::vector<StridedAxis>;

// [N, C, H, W] with C and H, W split by the block: the order in which depth_to_space reads them.
Axes depth_to_space_axes(const OpSpec& spec) {
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

Axes space_to_depth_axes(const OpSpec& spec) {
  const Shape& x = spec.inputs[0].shape;
  const std::int64_t b = spec.attributes.get_int("block_size");
  require(b >= 1 && x[2] % b == 0 && x[3] % b == 0, ErrorKind::kShape, spec.op, ": block_size ", b,
          " does not divide the ", x[2], " x ", x[3], " pixels of x");
  const std::int64_t pixels = x[2] * x[3];
  expect_output(spec, 0, {x[0], x[1] * b * b, x[2] / b, x[3] / b}, spec.inputs[0].dtype);
  return {{x[0], x[1] * pixels}, {b, x[3]},    {b, 1}, {x[1], pixels},
          {x[2] / b, b * x[3]},  {x[3] / b, b}};
}

// Every axis of x, with 1s in front, against that of the output: expand repeats those of one
// element, tile all.
Axes repeated_axes(const OpSpec& spec) {
  const Shape& x = spec.inputs[0].shape;
  const Shape& y = spec.outputs[0].shape;
  const bool tiles = spec.op == "tile";
  require(y.rank() >= x.rank(), ErrorKind::kShape, spec.op, ": x ", x, " does not give ", y);
  require(spec.inputs[0].dtype == spec.outputs[0].dtype, ErrorKind::kType, spec.op,
          ": the output is of another type than x");
  const std::vector<std::int64_t> strides = strides_of(x);
  const std::size_t before = y.rank() - x.rank();
  Axes axes;
  for (std::size_t a = 0; a < y.rank(); ++a) {
    const std::int64_t extent = a < before ? 1 : x[a - before];
    const bool fits = extent == y[a] || (tiles ? extent > 0 && y[a] % extent == 0 : extent == 1);
    require(fits, ErrorKind::kShape, spec.op, ": x ", x, " does not give ", y);
    if (extent != y[a]) axes.push_back({extent == 0 ? 0 : y[a] / extent, 0});
    axes.push_back({extent, a < before ? 0 : strides[a - before]});
  }
  return axes;
}

// Why the output is not known, or nothing.
std::optional<std::string> check_one_input(const OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the shape is not known when the plan is made";
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_depth_to_space(const OpSpec& spec) {
  if (const auto late = check_one_input(spec)) return late;
  spec.expect_rank(0, 4);
  depth_to_space_axes(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_depth_to_space(const OpSpec& spec) {
  return std::make_unique<StridedCopy>(spec.inputs[0], depth_to_space_axes(spec));
}

std::optional<std::string> refuse_space_to_depth(const OpSpec& spec) {
  if (const auto late = check_one_input(spec)) return late;
  spec.expect_rank(0, 4);
  space_to_depth_axes(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_space_to_depth(const OpSpec& spec) {
  return std::make_unique<StridedCopy>(spec.inputs[0], space_to_depth_axes(spec));
}

std::optional<std::string> refuse_repeat(const OpSpec& spec) {
  if (const auto late = check_one_input(spec)) return late;
  repeated_axes(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_repeat(const OpSpec& spec) {
  return std::make_unique<StridedCopy>(spec.inputs[0], repeated_axes(spec));
}

}  // namespace fastcnn::ops
