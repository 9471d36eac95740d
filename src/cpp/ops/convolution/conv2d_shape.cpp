#include "ops/convolution/conv2d_shape.h"

#include <vector>

#include "ops/checks.h"

namespace fastcnn::ops {
namespace {

// Kernel extents, strides, pads and dilations stay under it, so that no sum of products of two of
// them leaves 64 bits.
constexpr std::int64_t kLimit = std::int64_t{1} << 30;

std::vector<std::int64_t> read_pair(const OpSpec& spec, const char* name) {
  if (!spec.attributes.has(name)) return {1, 1};
  std::vector<std::int64_t> pair = spec.attributes.get_ints(name, 2);
  for (const std::int64_t value : pair) {
    require(value >= 1 && value < kLimit, ErrorKind::kValue, spec.op, ": ", name, " are ", pair[0],
            ", ", pair[1], "; each must be at least 1 and under 2^30");
  }
  return pair;
}

std::vector<std::int64_t> read_pads(const OpSpec& spec) {
  if (!spec.attributes.has("pads")) return {0, 0, 0, 0};
  std::vector<std::int64_t> pads = spec.attributes.get_ints("pads", 4);
  for (const std::int64_t value : pads) {
    require(value > -kLimit && value < kLimit, ErrorKind::kValue, spec.op, ": a pad is ", value,
            "; each must be between -2^30 and 2^30");
  }
  return pads;
}

// floor((extent + pads - dilation (kernel - 1) - 1) / stride) + 1
std::int64_t output_extent(const OpSpec& spec, const char* axis, std::int64_t extent,
                           std::int64_t pads, std::int64_t kernel, std::int64_t stride,
                           std::int64_t dilation) {
  require(kernel >= 1 && kernel < kLimit, ErrorKind::kShape, spec.op, ": the kernel has ", kernel,
          ' ', axis, "; it must have at least 1 and fewer than 2^30");
  const std::int64_t room = extent + pads - dilation * (kernel - 1) - 1;
  const std::int64_t output = room >= 0 ? room / stride + 1 : -((-room - 1) / stride);
  require(output >= 0, ErrorKind::kShape, spec.op, ": the kernel spans ",
          dilation * (kernel - 1) + 1, ' ', axis, ", the padded image has ", extent + pads,
          "; pad more, dilate less or take a smaller kernel");
  return output;
}

std::vector<std::int64_t> read_output_padding(const OpSpec& spec) {
  if (!spec.attributes.has("output_padding")) return {0, 0};
  std::vector<std::int64_t> extra = spec.attributes.get_ints("output_padding", 2);
  for (const std::int64_t value : extra) {
    require(value >= 0 && value < kLimit, ErrorKind::kValue, spec.op, ": output_padding is ",
            extra[0], ", ", extra[1], "; each must be at least 0 and under 2^30");
  }
  return extra;
}

// (extent - 1) stride - pads + dilation (kernel - 1) + 1 + extra
std::int64_t transposed_extent(const OpSpec& spec, const char* axis, std::int64_t extent,
                               std::int64_t pads, std::int64_t kernel, std::int64_t stride,
                               std::int64_t dilation, std::int64_t extra) {
  require(kernel >= 1 && kernel < kLimit && extent < kLimit, ErrorKind::kShape, spec.op,
          ": the kernel has ", kernel, ' ', axis, " and x ", extent,
          "; the kernel must have at least 1 and both fewer than 2^30");
  const std::int64_t output = (extent - 1) * stride - pads + dilation * (kernel - 1) + 1 + extra;
  require(extent >= 1 && output >= 0, ErrorKind::kShape, spec.op, ": ", extent, ' ', axis,
          " of x give ", output, "; pad less");
  return output;
}

// A shape that knows strides, dilations, pads and groups.
Conv2dShape read_attributes(const OpSpec& spec) {
  Conv2dShape s{};
  const std::vector<std::int64_t> strides = read_pair(spec, "strides");
  const std::vector<std::int64_t> dilations = read_pair(spec, "dilations");
  const std::vector<std::int64_t> pads = read_pads(spec);
  s.stride_h = strides[0], s.stride_w = strides[1];
  s.dilation_h = dilations[0], s.dilation_w = dilations[1];
  s.pad_top = pads[0], s.pad_left = pads[1];
  s.groups = spec.attributes.get_int("groups", 1);
  require(s.groups >= 1, ErrorKind::kValue, spec.op, ": groups are ", s.groups,
          ", there must be at least 1");
  return s;
}

// The shape of a convolution of `x` with `weights`.
Conv2dShape parse(const OpSpec& spec, const Shape& x, const Shape& weights) {
  Conv2dShape s = read_attributes(spec);
  const std::vector<std::int64_t> pads = read_pads(spec);
  s.n = x[0], s.ic = x[1], s.h = x[2], s.w = x[3];
  s.oc = weights[0], s.kh = weights[2], s.kw = weights[3];
  require(s.ic % s.groups == 0 && s.oc % s.groups == 0, ErrorKind::kShape, spec.op, ": ", s.groups,
          " groups do not divide ", s.ic, " input and ", s.oc, " output channels");
  require(weights[1] == s.ic_per_group(), ErrorKind::kShape, spec.op, ": weights take ", weights[1],
          " input channels a group, x has ", s.ic, " in ", s.groups, " groups");

  s.oh = output_extent(spec, "rows", s.h, pads[0] + pads[2], s.kh, s.stride_h, s.dilation_h);
  s.ow = output_extent(spec, "columns", s.w, pads[1] + pads[3], s.kw, s.stride_w, s.dilation_w);
  return s;
}

}  // namespace

double Conv2dShape::flops() const {
  return 2.0 * static_cast<double>(n) * static_cast<double>(oc) * static_cast<double>(oh * ow) *
         static_cast<double>(ic_per_group()) * static_cast<double>(taps());
}

Conv2dShape parse_conv2d(const OpSpec& spec) {
  spec.expect_inputs(3, 4);
  expect_float_inputs(spec, spec.inputs.size());
  spec.expect_rank(0, 4);
  spec.expect_rank(1, 4);
  const Conv2dShape s = parse(spec, spec.inputs[0].shape, spec.inputs[1].shape);
  const Shape y{s.n, s.oc, s.oh, s.ow};
  expect_shape(spec, 2, Shape{s.oc});
  if (spec.inputs.size() == 4) expect_shape(spec, 3, y);
  expect_outputs(spec, 1);
  expect_output(spec, 0, y);
  return s;
}

Conv2dShape parse_conv2d_backward_data(const OpSpec& spec) {
  spec.expect_inputs(2, 3);
  expect_float_inputs(spec, spec.inputs.size());
  spec.expect_rank(0, 4);
  spec.expect_rank(1, 4);
  const Shape& weights = spec.inputs[1].shape;
  const std::vector<std::int64_t> size = spec.attributes.get_ints("input_size", 2);
  const std::int64_t groups = spec.attributes.get_int("groups", 1);
  require(groups >= 1, ErrorKind::kValue, spec.op, ": groups are ", groups,
          ", there must be at least 1");
  std::int64_t ic = 0;
  require(!__builtin_mul_overflow(weights[1], groups, &ic), ErrorKind::kShape, spec.op, ": ",
          groups, " groups of ", weights[1], " channels are over 2^63");
  const Shape x{spec.inputs[0].shape[0], ic, size[0], size[1]};
  const Conv2dShape s = parse(spec, x, weights);
  expect_shape(spec, 0, Shape{s.n, s.oc, s.oh, s.ow});
  if (spec.inputs.size() == 3) expect_shape(spec, 2, x);
  expect_outputs(spec, 1);
  expect_output(spec, 0, x);
  return s;
}

Conv2dShape parse_conv2d_transpose(const OpSpec& spec) {
  expect_float_inputs(spec, 3);
  spec.expect_rank(0, 4);
  spec.expect_rank(1, 4);
  const Shape& x = spec.inputs[0].shape;
  const Shape& weights = spec.inputs[1].shape;
  Conv2dShape s = read_attributes(spec);
  s.n = x[0], s.oc = x[1], s.oh = x[2], s.ow = x[3];
  s.kh = weights[2], s.kw = weights[3];
  require(weights[0] == s.oc && s.oc % s.groups == 0, ErrorKind::kShape, spec.op, ": weights take ",
          weights[0], " input channels in ", s.groups, " groups, x has ", s.oc);
  require(!__builtin_mul_overflow(weights[1], s.groups, &s.ic), ErrorKind::kShape, spec.op, ": ",
          s.groups, " groups of ", weights[1], " channels are over 2^63");
  const std::vector<std::int64_t> pads = read_pads(spec);
  const std::vector<std::int64_t> extra = read_output_padding(spec);
  s.h = transposed_extent(spec, "rows", s.oh, pads[0] + pads[2], s.kh, s.stride_h, s.dilation_h,
                          extra[0]);
  s.w = transposed_extent(spec, "columns", s.ow, pads[1] + pads[3], s.kw, s.stride_w, s.dilation_w,
                          extra[1]);
  expect_shape(spec, 2, Shape{s.ic});
  expect_outputs(spec, 1);
  expect_output(spec, 0, Shape{s.n, s.ic, s.h, s.w});
  return s;
}

Conv2dShape parse_conv2d_backward_weights(const OpSpec& spec) {
  expect_float_inputs(spec, 2);
  spec.expect_rank(0, 4);
  spec.expect_rank(1, 4);
  const Shape& x = spec.inputs[1].shape;
  const std::vector<std::int64_t> size = spec.attributes.get_ints("kernel_size", 2);
  const std::int64_t groups = spec.attributes.get_int("groups", 1);
  require(groups >= 1, ErrorKind::kValue, spec.op, ": groups are ", groups,
          ", there must be at least 1");
  const Shape weights{spec.inputs[0].shape[1], x[1] / groups, size[0], size[1]};
  const Conv2dShape s = parse(spec, x, weights);
  expect_shape(spec, 0, Shape{s.n, s.oc, s.oh, s.ow});
  expect_outputs(spec, 1);
  expect_output(spec, 0, weights);
  return s;
}

}  // namespace fastcnn::ops
