#include "cuda/kernels/conv2d_backward_weights/conv2d_backward_weights.h"

#include "cuda/kernels/conv2d_depthwise_backward_weights/conv2d_depthwise_backward_weights.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/conv2d_phases.h"
#include "cuda/ops/operator.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/dense/dense.h"

// Gradients by weights: of convolutions, of fully connected layers, which are convolutions of
// images of one pixel, and of depthwise convolutions. Parts of the pixels are summed apart, then
// added.
namespace fastcnn::cuda {
namespace {

// The inputs of an op: which is the gradient, which the image.
struct GradientInputs {
  std::size_t grad, image;
};

SumWeightParts sum_of(const WeightMatrices& matrices, std::int64_t taps, std::int32_t splits) {
  SumWeightParts sum = {};
  sum.splits = splits;
  sum.groups = narrow(matrices.groups);
  sum.taps = narrow(taps);
  sum.channels = narrow(matrices.channels);
  sum.outputs = narrow(matrices.outputs);
  sum.group_stride = narrow(matrices.group_stride);
  sum.dst_stride = narrow(matrices.dst_stride);
  sum.src_stride = narrow(matrices.src_stride);
  return sum;
}

std::size_t weight_bytes(const SumWeightParts& sum) {
  const std::int64_t count = std::int64_t{sum.groups} * sum.taps * sum.channels * sum.outputs;
  return static_cast<std::size_t>(count) * sizeof(float);
}

std::size_t partial_bytes(const SumWeightParts& sum) {
  return weight_bytes(sum) * static_cast<std::size_t>(sum.splits);
}

// Where there is nothing to sum the gradient, if there is one, is zero.
bool no_sums(const SumWeightParts& sum, std::int32_t pixels, const RunArgs& args) {
  const std::size_t size_bytes = weight_bytes(sum);
  if (pixels == 0 && size_bytes != 0) {
    FASTCNN_CUDA_TRY(cudaMemsetAsync(args.outputs[0], 0, size_bytes, args.stream));
  }
  return pixels == 0 || size_bytes == 0;
}

// A launch without pointers, of what the two kernels are told alike. A forward view has one phase.
template <typename Conv>
Conv launch_over_pixels(const ops::ConvView& view, const ConvPhase& phase) {
  Conv conv = {};
  conv.pixels = narrow(view.images * phase.oh * phase.ow);
  conv.h = narrow(view.axes.rows.src_extent), conv.w = narrow(view.axes.columns.src_extent);
  conv.channels = narrow(view.src_channels);
  conv.oh = phase.oh, conv.ow = phase.ow, conv.oc = narrow(view.dst_channels);
  conv.stride_h = phase.stride_h, conv.stride_w = phase.stride_w;
  return conv;
}

class BackwardWeightsOperator final : public Operator {
 public:
  BackwardWeightsOperator(const ops::ConvView& view, GradientInputs inputs, Layout images,
                          Precision precision)
      : inputs_(inputs), precision_(precision) {
    const WeightMatrices matrices = weight_matrices(view);
    vector_ = matrices.channels % 4 == 0;
    if (precision != Precision::kFloat32) vector_ = vector_ && matrices.outputs % 4 == 0;
    const char* type = precision == Precision::kFloat32 ? "f32"
                       : precision == Precision::kTf32  ? "tensor_tf32"
                                                        : "tensor_bf16";
    flops = view.flops;
    input_layouts = {images, images};
    output_layouts = {Layout::kPlain};
    const std::vector<ConvPhase> phases = conv_phases(view);
    conv_ = phases.empty() ? Conv2dBackwardWeights{}
                           : launch_over_pixels<Conv2dBackwardWeights>(view, phases[0]);
    const auto taps = static_cast<std::int64_t>(view.taps);
    conv_.groups = narrow(view.groups);
    conv_.group_channels = narrow(matrices.channels);
    conv_.group_oc = narrow(matrices.outputs);
    conv_.rows = narrow(taps * matrices.channels);
    conv_.tile_rows =
        precision == Precision::kFloat32 ? kWeightTileRows : tensor_tile_rows(conv_.rows, vector_);
    kernel =
        join("conv2d_backward_weights_", type, "_", conv_.tile_rows, "x64", vector_ ? "x4" : "");
    split_pixels(conv_);
    sum_ = sum_of(matrices, taps, conv_.splits);
    scratch_bytes = partial_bytes(sum_);
    tables = {as_table(phases.empty() ? std::vector<Tap>{}
                                      : row_taps(view, phases[0], matrices.channels,
                                                 taps * matrices.channels, vector_))};
  }

  void enqueue(const RunArgs& args) const override {
    if (no_sums(sum_, conv_.pixels, args)) return;
    Conv2dBackwardWeights conv = conv_;
    conv.grad = args.src(inputs_.grad);
    conv.src = args.src(inputs_.image);
    conv.taps = args.table<Tap>(0);
    conv.partial = static_cast<float*>(args.scratch);
    if (precision_ == Precision::kFloat32) {
      conv2d_backward_weights(conv, vector_, args.stream);
    } else {
      conv2d_backward_weights_tensor(conv, precision_, vector_, args.stream);
    }
    SumWeightParts sum = sum_;
    sum.partial = conv.partial;
    sum.dst = args.dst(0);
    sum_weight_parts(sum, args.stream);
  }

 private:
  Conv2dBackwardWeights conv_;
  SumWeightParts sum_;
  GradientInputs inputs_;
  Precision precision_;
  bool vector_;
};

class DepthwiseBackwardWeightsOperator final : public Operator {
 public:
  explicit DepthwiseBackwardWeightsOperator(const ops::ConvView& view) {
    kernel = "conv2d_depthwise_backward_weights_f32_32x8";
    flops = view.flops;
    input_layouts = {Layout::kNhwc, Layout::kNhwc};
    output_layouts = {Layout::kPlain};
    const std::vector<ConvPhase> phases = conv_phases(view);
    conv_ = phases.empty() ? Conv2dDepthwiseBackwardWeights{}
                           : launch_over_pixels<Conv2dDepthwiseBackwardWeights>(view, phases[0]);
    conv_.multiplier = narrow(view.dst_channels / view.src_channels);
    conv_.tap_count = narrow(view.taps);
    split_pixels(conv_);
    sum_ = sum_of(depthwise_matrix(view), conv_.tap_count, conv_.splits);
    scratch_bytes = partial_bytes(sum_);
    tables = {as_table(phases.empty() ? std::vector<Tap>{} : pixel_taps(view, phases[0]))};
  }

  void enqueue(const RunArgs& args) const override {
    if (no_sums(sum_, conv_.pixels, args)) return;
    Conv2dDepthwiseBackwardWeights conv = conv_;
    conv.grad = args.src(0);
    conv.src = args.src(1);
    conv.taps = args.table<Tap>(0);
    conv.partial = static_cast<float*>(args.scratch);
    conv2d_depthwise_backward_weights(conv, args.stream);
    SumWeightParts sum = sum_;
    sum.partial = conv.partial;
    sum.dst = args.dst(0);
    sum_weight_parts(sum, args.stream);
  }

 private:
  Conv2dDepthwiseBackwardWeights conv_;
  SumWeightParts sum_;
};

ops::ConvView view_of(const ops::OpSpec& spec) {
  return ops::forward_view(ops::parse_conv2d_backward_weights(spec));
}

}  // namespace

std::optional<std::string> refuse_conv2d_backward_weights_depthwise(const ops::OpSpec& spec) {
  const ops::ConvView view = view_of(spec);
  if (view.groups == 1 || view.src_channels != view.groups) return "not a depthwise convolution";
  if (view.taps > 65535) return "a kernel of more than 65535 pixels";
  if (const auto why = refuse_extents(view)) return why;
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_conv2d_backward_weights_depthwise(const ops::OpSpec& spec,
                                                                 const Layouts&) {
  return std::make_unique<DepthwiseBackwardWeightsOperator>(view_of(spec));
}

namespace {

// Of a convolution or a fully connected layer.
std::optional<std::string> refuse_weights(const ops::OpSpec& spec) {
  if (spec.op == "dense_backward_weights") {
    ops::expect_dense_backward_weights(spec);
  } else if (const auto why = refuse_extents(view_of(spec))) {
    return why;
  }
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_weights(const ops::OpSpec& spec, Precision precision) {
  if (spec.op == "dense_backward_weights") {
    const Shape& x = spec.inputs[0].shape;
    return std::make_unique<BackwardWeightsOperator>(
        dense_view(x[0], x[1], spec.inputs[1].shape[1]), GradientInputs{1, 0}, Layout::kPlain,
        precision);
  }
  return std::make_unique<BackwardWeightsOperator>(view_of(spec), GradientInputs{0, 1},
                                                   Layout::kNhwc, precision);
}

}  // namespace

std::optional<std::string> refuse_backward_weights_gemm(const ops::OpSpec& spec) {
  return refuse_weights(spec);
}

std::unique_ptr<Operator> make_backward_weights_gemm(const ops::OpSpec& spec, const Layouts&) {
  return make_weights(spec, Precision::kFloat32);
}

std::optional<std::string> refuse_backward_weights_tensor(const ops::OpSpec& spec) {
  if (spec.options.precision == Precision::kFloat32) return "precision is float32";
  if (spec.options.precision == Precision::kFloat16) return "gradients are too small for float16";
  return refuse_weights(spec);
}

std::unique_ptr<Operator> make_backward_weights_tensor(const ops::OpSpec& spec, const Layouts&) {
  return make_weights(spec, spec.options.precision);
}

}  // namespace fastcnn::cuda
