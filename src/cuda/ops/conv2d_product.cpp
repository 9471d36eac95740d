#include "cuda/ops/conv2d_product.h"

#include <utility>

#include "cuda/ops/checks.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/dense/dense.h"

namespace fastcnn::cuda {

Product product_of(const ops::OpSpec& spec) {
  const std::size_t inputs = spec.inputs.size();
  if (spec.op == "conv2d") {
    return {ops::forward_view(ops::parse_conv2d(spec)), true, inputs == 4, ops::activation_of(spec),
            Layout::kNhwc};
  }
  if (spec.op == "conv2d_backward_data") {
    return {ops::backward_data_view(ops::parse_conv2d_backward_data(spec)), false, inputs == 3,
            ops::activation_of(spec), Layout::kNhwc};
  }
  if (spec.op == "conv2d_transpose") {
    return {ops::backward_data_view(ops::parse_conv2d_transpose(spec)), true, false,
            ops::activation_of(spec), Layout::kNhwc};
  }
  if (spec.op == "dense") {
    ops::expect_dense(spec);
    const Shape& x = spec.inputs[0].shape;
    return {dense_view(x[0], x[1], spec.inputs[1].shape[1]), true, false, ops::activation_of(spec),
            Layout::kPlain};
  }
  require(spec.op == "dense_backward_data", ErrorKind::kInternal, spec.op, ": not a product");
  ops::expect_dense_backward_data(spec);
  const Shape& w = spec.inputs[1].shape;
  return {dense_backward_data_view(spec.inputs[0].shape[0], w[0], w[1]), false, false,
          ops::activation_of(spec), Layout::kPlain};
}

std::optional<std::string> refuse_product(const ops::OpSpec& spec) {
  if (const auto why = refuse_extents(product_of(spec).view)) return why;
  return refuse_types_and_sizes(spec);
}

ProductOperator::ProductOperator(const Product& product)
    : bias_(product.bias), residual_(product.residual) {
  flops = product.view.flops;
  input_layouts = {product.images, Layout::kUnread};
  if (bias_) input_layouts.push_back(Layout::kPlain);
  if (residual_) input_layouts.push_back(product.images);
  output_layouts = {product.images};
}

PixelProduct ProductOperator::launch_of(const Product& product, const ConvPhase& phase) {
  const ops::ConvView& view = product.view;
  const WeightMatrices matrices = weight_matrices(view);
  PixelProduct conv = {};
  conv.pixels = narrow(view.images * phase.oh * phase.ow);
  conv.h = narrow(view.axes.rows.src_extent), conv.w = narrow(view.axes.columns.src_extent);
  conv.channels = narrow(view.src_channels);
  conv.oh = phase.oh, conv.ow = phase.ow;
  conv.stride_h = phase.stride_h, conv.stride_w = phase.stride_w;
  conv.groups = narrow(view.groups);
  conv.group_channels = narrow(matrices.channels);
  conv.oc = narrow(view.dst_channels), conv.group_oc = narrow(matrices.outputs);
  conv.placement = phase.placement;
  conv.scattered = phase.oh != phase.placement.h || phase.ow != phase.placement.w;
  conv.low = product.clamp.low, conv.high = product.clamp.high;
  return conv;
}

void ProductOperator::point(PixelProduct& conv, const RunArgs& args, std::size_t i) const {
  conv.src = args.src(0);
  conv.taps = args.table<Tap>(i);
  conv.bias = bias_ ? args.src(2) : nullptr;
  conv.residual = residual_ ? args.src(bias_ ? 3 : 2) : nullptr;
  conv.dst = args.dst(0);
}

}  // namespace fastcnn::cuda
