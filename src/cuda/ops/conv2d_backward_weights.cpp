#include "cuda/kernels/conv2d_backward_weights/conv2d_backward_weights.h"

#include "cuda/kernels/conv2d_depthwise_backward_weights/conv2d_depthwise_backward_weights.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/conv2d_phases.h"
#include "cuda/ops/operator.h"
#include "cuda/ops/padded_channels.h"
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

SumWeightParts sum_of(const WeightMatrices& matrices, std::int64_t taps, std::int64_t output_pitch,
                      std::int32_t splits) {
  SumWeightParts sum = {};
  sum.splits = splits;
  sum.groups = narrow(matrices.groups);
  sum.taps = narrow(taps);
  sum.channels = narrow(matrices.channels);
  sum.outputs = narrow(matrices.outputs);
  sum.pitch = narrow(matrices.pitch);
  sum.output_pitch = narrow(output_pitch);
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
  const std::int64_t count =
      std::int64_t{sum.splits} * sum.groups * sum.taps * sum.pitch * sum.output_pitch;
  return static_cast<std::size_t>(count) * sizeof(float);
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

// Pixels of the image times groups, and those of the gradient.
std::int64_t image_rows(const ops::ConvView& view) {
  return view.images * view.axes.rows.src_extent * view.axes.columns.src_extent * view.groups;
}
std::int64_t grad_rows(const ops::ConvView& view) {
  return view.images * view.axes.rows.extent * view.axes.columns.extent * view.groups;
}

class BackwardWeightsOperator final : public Operator {
 public:
  BackwardWeightsOperator(const ops::ConvView& view, GradientInputs inputs, Layout images,
                          Precision precision)
      : inputs_(inputs), precision_(precision) {
    const bool tensor = precision != Precision::kFloat32;
    const WeightMatrices matrices = tensor ? padded_matrices(view) : weight_matrices(view);
    const std::int64_t outputs = tensor ? round_up(matrices.outputs, 4) : matrices.outputs;
    if (tensor) {
      image_ = PaddedChannels(image_rows(view), matrices.channels);
      grad_ = PaddedChannels(grad_rows(view), matrices.outputs);
    }
    vector_ = matrices.pitch % 4 == 0;
    const char* type = precision == Precision::kFloat32 ? "f32"
                       : precision == Precision::kTf32  ? "tensor_tf32"
                                                        : "tensor_bf16";
    flops = view.flops;
    input_layouts = {images, images};
    output_layouts = {Layout::kPlain};
    const std::vector<ConvPhase> phases = conv_phases(view);
    conv_ = phases.empty() ? Conv2dBackwardWeightsTensor{}
                           : launch_over_pixels<Conv2dBackwardWeightsTensor>(view, phases[0]);
    const auto taps = static_cast<std::int64_t>(view.taps);
    const std::int64_t channels = matrices.pitch * view.groups;
    conv_.channels = narrow(channels);
    conv_.oc = narrow(outputs * view.groups);
    conv_.groups = narrow(view.groups);
    conv_.group_channels = narrow(matrices.pitch);
    conv_.group_oc = narrow(outputs);
    conv_.rows = narrow(taps * matrices.pitch);
    conv_.tile_rows = tensor ? tensor_tile_rows(conv_.rows) : kWeightTileRows;
    kernel = join("conv2d_backward_weights_", type, "_", conv_.tile_rows, "x64",
                  vector_ && !tensor ? "x4" : "");
    split_pixels(conv_);
    sum_ = sum_of(matrices, taps, outputs, conv_.splits);
    scratch_bytes = partial_bytes(sum_) + image_.scratch_bytes() + grad_.scratch_bytes();
    tables = {{}};
    if (phases.empty()) return;
    if (tensor) conv_.lines = lines_of(phases[0]).value();
    tables = {as_table(
        row_taps(view, phases[0], matrices.pitch, taps * matrices.pitch, vector_, channels))};
  }

  void enqueue(const RunArgs& args) const override {
    if (no_sums(sum_, conv_.pixels, args)) return;
    Conv2dBackwardWeightsTensor conv = conv_;
    // Scratch: padded image and gradient, multiples of 16 bytes, then the parts.
    auto* const scratch = static_cast<std::byte*>(args.scratch);
    std::byte* const behind_image = scratch + image_.scratch_bytes();
    conv.src = image_.enqueue(args.src(inputs_.image), scratch, args.stream);
    conv.grad = grad_.enqueue(args.src(inputs_.grad), behind_image, args.stream);
    conv.taps = args.table<Tap>(0);
    conv.partial = reinterpret_cast<float*>(behind_image + grad_.scratch_bytes());
    if (precision_ == Precision::kFloat32) {
      conv2d_backward_weights(conv, vector_, args.stream);
    } else {
      conv2d_backward_weights_tensor(conv, precision_, args.stream);
    }
    SumWeightParts sum = sum_;
    sum.partial = conv.partial;
    sum.dst = args.dst(0);
    sum_weight_parts(sum, args.stream);
  }

 private:
  Conv2dBackwardWeightsTensor conv_;
  SumWeightParts sum_;
  GradientInputs inputs_;
  Precision precision_;
  PaddedChannels image_, grad_;
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
    sum_ = sum_of(depthwise_matrix(view), conv_.tap_count, view.dst_channels, conv_.splits);
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

ops::ConvView any_view_of(const ops::OpSpec& spec) {
  if (spec.op != "dense_backward_weights") return view_of(spec);
  const Shape& x = spec.inputs[0].shape;
  return dense_view(x[0], x[1], spec.inputs[1].shape[1]);
}

std::unique_ptr<Operator> make_weights(const ops::OpSpec& spec, Precision precision) {
  const bool dense = spec.op == "dense_backward_weights";
  return std::make_unique<BackwardWeightsOperator>(
      any_view_of(spec), dense ? GradientInputs{1, 0} : GradientInputs{0, 1},
      dense ? Layout::kPlain : Layout::kNhwc, precision);
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
  if (const auto why = refuse_weights(spec)) return why;
  const ops::ConvView view = any_view_of(spec);
  for (const ConvPhase& phase : conv_phases(view)) {
    if (!lines_of(phase)) {
      return join("a kernel of more than ", kMostTapRows, " rows or ", kMostTapColumns, " columns");
    }
  }
  if (const auto why = PaddedChannels::refuse(image_rows(view), view.src_channels / view.groups)) {
    return why;
  }
  return PaddedChannels::refuse(grad_rows(view), view.dst_channels / view.groups);
}

std::unique_ptr<Operator> make_backward_weights_tensor(const ops::OpSpec& spec, const Layouts&) {
  return make_weights(spec, spec.options.precision);
}

}  // namespace fastcnn::cuda
