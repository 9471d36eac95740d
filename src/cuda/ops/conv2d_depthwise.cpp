#include "cuda/kernels/conv2d_depthwise/conv2d_depthwise.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/conv2d_phases.h"
#include "cuda/ops/operator.h"
#include "ops/activation.h"
#include "ops/convolution/conv2d_shape.h"

// Convolutions whose groups are single channels of the image, and their gradients by the image.
namespace fastcnn::cuda {
namespace {

class Conv2dDepthwiseOperator final : public Operator {
 public:
  Conv2dDepthwiseOperator(const ops::ConvView& view, ops::Clamp clamp, bool has_bias,
                          bool has_residual)
      : has_bias_(has_bias), has_residual_(has_residual) {
    const WeightMatrices matrix = depthwise_matrix(view);
    for (const ConvPhase& phase : conv_phases(view)) {
      launches_.push_back(launch_of(view, matrix, phase, clamp));
      packings.push_back(matrix.packing(phase, 1));
      tables.push_back(as_table(pixel_taps(view, phase)));
    }
    kernel = launches_.empty() ? "nothing" : conv2d_depthwise_name(launches_[0]);
    flops = view.flops;
    input_layouts = {Layout::kNhwc, Layout::kUnread};
    if (has_bias) input_layouts.push_back(Layout::kPlain);
    if (has_residual) input_layouts.push_back(Layout::kNhwc);
    output_layouts = {Layout::kNhwc};
  }

  void enqueue(const RunArgs& args) const override {
    for (std::size_t i = 0; i < launches_.size(); ++i) {
      Conv2dDepthwise conv = launches_[i];
      if (conv.images == 0 || conv.oc == 0) continue;
      conv.src = args.src(0);
      conv.weights = static_cast<const float*>(args.packed[i]);
      conv.taps = args.table<Tap>(i);
      conv.bias = has_bias_ ? args.src(2) : nullptr;
      conv.residual = has_residual_ ? args.src(has_bias_ ? 3 : 2) : nullptr;
      conv.dst = args.dst(0);
      conv2d_depthwise(conv, args.stream);
    }
  }

 private:
  static Conv2dDepthwise launch_of(const ops::ConvView& view, const WeightMatrices& matrix,
                                   const ConvPhase& phase, ops::Clamp clamp) {
    Conv2dDepthwise conv = {};
    conv.images = narrow(view.images);
    conv.h = narrow(view.axes.rows.src_extent), conv.w = narrow(view.axes.columns.src_extent);
    conv.channels = narrow(view.src_channels);
    conv.oh = phase.oh, conv.ow = phase.ow, conv.oc = narrow(view.dst_channels);
    conv.stride_h = phase.stride_h, conv.stride_w = phase.stride_w;
    conv.multiplier = narrow(view.dst_channels / view.src_channels);
    conv.tap_count = narrow(static_cast<std::int64_t>(phase.taps.size()));
    conv.columns = matrix.columns();
    conv.placement = phase.placement;
    conv.low = clamp.low, conv.high = clamp.high;
    return conv;
  }

  std::vector<Conv2dDepthwise> launches_;  // one a phase
  bool has_bias_;
  bool has_residual_;
};

std::optional<std::string> refuse_depthwise(const ops::OpSpec& spec, const ops::Conv2dShape& shape,
                                            const ops::ConvView& view) {
  if (view.groups == 1 || view.src_channels != view.groups) {
    return join(shape.groups, " groups of ", shape.ic, " input and ", shape.oc,
                " output channels are not a depthwise convolution");
  }
  if (const auto why = refuse_extents(view)) return why;
  return refuse_types_and_sizes(spec);
}

}  // namespace

std::optional<std::string> refuse_conv2d_depthwise(const ops::OpSpec& spec) {
  const ops::Conv2dShape shape = ops::parse_conv2d(spec);
  return refuse_depthwise(spec, shape, ops::forward_view(shape));
}

std::unique_ptr<Operator> make_conv2d_depthwise(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<Conv2dDepthwiseOperator>(ops::forward_view(ops::parse_conv2d(spec)),
                                                   ops::activation_of(spec), true,
                                                   spec.inputs.size() == 4);
}

std::optional<std::string> refuse_conv2d_backward_data_depthwise(const ops::OpSpec& spec) {
  const ops::Conv2dShape shape = ops::parse_conv2d_backward_data(spec);
  return refuse_depthwise(spec, shape, ops::backward_data_view(shape));
}

std::unique_ptr<Operator> make_conv2d_backward_data_depthwise(const ops::OpSpec& spec,
                                                              const Layouts&) {
  return std::make_unique<Conv2dDepthwiseOperator>(
      ops::backward_data_view(ops::parse_conv2d_backward_data(spec)), ops::Clamp{}, false,
      spec.inputs.size() == 3);
}

}  // namespace fastcnn::cuda
