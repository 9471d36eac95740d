#include "cuda/kernels/conv2d_gemm/conv2d_gemm.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/conv2d_phases.h"
#include "cuda/ops/operator.h"
#include "ops/activation.h"
#include "ops/conv2d_shape.h"
#include "ops/dense.h"

// What is a product of an image's pixels with a matrix of weights: convolutions, transposed ones,
// gradients by the image, and fully connected layers, which are convolutions of images of one
// pixel.
namespace fastcnn::cuda {
namespace {

// What comes after the image and the weights.
enum class Third { kNone, kBias, kResidual, kBiasAndResidual };

class Conv2dGemmOperator final : public Operator {
 public:
  Conv2dGemmOperator(const ops::ConvView& view, ops::Clamp clamp, Third third, Layout images)
      : third_(third) {
    const WeightMatrices matrices = weight_matrices(view);
    vector_ = matrices.channels % 4 == 0;
    for (const ConvPhase& phase : conv_phases(view)) {
      launches_.push_back(launch_of(view, matrices, phase, clamp));
      packings.push_back(matrices.packing(phase, 1));
      tables.push_back(
          as_table(row_taps(view, phase, matrices.channels, matrices.rows(phase), vector_)));
    }
    kernel = launches_.empty() ? "nothing" : conv2d_gemm_name(launches_[0], vector_);
    flops = view.flops;
    input_layouts = {images, Layout::kUnread};
    if (has_bias()) input_layouts.push_back(Layout::kPlain);
    if (has_residual()) input_layouts.push_back(images);
    output_layouts = {images};
  }

  void enqueue(const RunArgs& args) const override {
    for (std::size_t i = 0; i < launches_.size(); ++i) {
      Conv2dGemm conv = launches_[i];
      if (conv.pixels == 0 || conv.oc == 0) continue;
      conv.src = args.src(0);
      conv.weights = static_cast<const float*>(args.packed[i]);
      conv.taps = args.table<Tap>(i);
      conv.bias = has_bias() ? args.src(2) : nullptr;
      conv.residual = has_residual() ? args.src(has_bias() ? 3 : 2) : nullptr;
      conv.dst = args.dst(0);
      conv2d_gemm(conv, vector_, args.stream);
    }
  }

 private:
  bool has_bias() const { return third_ == Third::kBias || third_ == Third::kBiasAndResidual; }
  bool has_residual() const {
    return third_ == Third::kResidual || third_ == Third::kBiasAndResidual;
  }

  static Conv2dGemm launch_of(const ops::ConvView& view, const WeightMatrices& matrices,
                              const ConvPhase& phase, ops::Clamp clamp) {
    Conv2dGemm conv = {};
    conv.pixels = narrow(view.images * phase.oh * phase.ow);
    conv.h = narrow(view.axes.rows.src_extent), conv.w = narrow(view.axes.columns.src_extent);
    conv.channels = narrow(view.src_channels);
    conv.oh = phase.oh, conv.ow = phase.ow;
    conv.stride_h = phase.stride_h, conv.stride_w = phase.stride_w;
    conv.groups = narrow(view.groups);
    conv.group_channels = narrow(matrices.channels);
    conv.oc = narrow(view.dst_channels), conv.group_oc = narrow(matrices.outputs);
    conv.rows = matrices.rows(phase), conv.columns = matrices.columns();
    conv.placement = phase.placement;
    conv.scattered = phase.oh != phase.placement.h || phase.ow != phase.placement.w;
    conv.low = clamp.low, conv.high = clamp.high;
    return conv;
  }

  std::vector<Conv2dGemm> launches_;  // one a phase
  bool vector_;
  Third third_;
};

std::unique_ptr<Operator> make_gemm(const ops::OpSpec& spec, const ops::ConvView& view, Third third,
                                    Layout images) {
  return std::make_unique<Conv2dGemmOperator>(view, ops::activation_of(spec), third, images);
}

std::optional<std::string> refuse_view(const ops::OpSpec& spec, const ops::ConvView& view) {
  if (const auto why = refuse_extents(view)) return why;
  return refuse_types_and_sizes(spec);
}

}  // namespace

std::optional<std::string> refuse_conv2d_gemm(const ops::OpSpec& spec) {
  return refuse_view(spec, ops::forward_view(ops::parse_conv2d(spec)));
}

std::unique_ptr<Operator> make_conv2d_gemm(const ops::OpSpec& spec, const Layouts&) {
  return make_gemm(spec, ops::forward_view(ops::parse_conv2d(spec)),
                   spec.inputs.size() == 4 ? Third::kBiasAndResidual : Third::kBias, Layout::kNhwc);
}

std::optional<std::string> refuse_conv2d_backward_data_gemm(const ops::OpSpec& spec) {
  return refuse_view(spec, ops::backward_data_view(ops::parse_conv2d_backward_data(spec)));
}

std::unique_ptr<Operator> make_conv2d_backward_data_gemm(const ops::OpSpec& spec, const Layouts&) {
  return make_gemm(spec, ops::backward_data_view(ops::parse_conv2d_backward_data(spec)),
                   spec.inputs.size() == 3 ? Third::kResidual : Third::kNone, Layout::kNhwc);
}

std::optional<std::string> refuse_conv2d_transpose_gemm(const ops::OpSpec& spec) {
  return refuse_view(spec, ops::backward_data_view(ops::parse_conv2d_transpose(spec)));
}

std::unique_ptr<Operator> make_conv2d_transpose_gemm(const ops::OpSpec& spec, const Layouts&) {
  return make_gemm(spec, ops::backward_data_view(ops::parse_conv2d_transpose(spec)), Third::kBias,
                   Layout::kNhwc);
}

std::optional<std::string> refuse_dense_gemm(const ops::OpSpec& spec) {
  ops::expect_dense(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_dense_gemm(const ops::OpSpec& spec, const Layouts&) {
  const Shape& x = spec.inputs[0].shape;
  return make_gemm(spec, dense_view(x[0], x[1], spec.inputs[1].shape[1]), Third::kBias,
                   Layout::kPlain);
}

std::optional<std::string> refuse_dense_backward_data_gemm(const ops::OpSpec& spec) {
  ops::expect_dense_backward_data(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_dense_backward_data_gemm(const ops::OpSpec& spec, const Layouts&) {
  const Shape& w = spec.inputs[1].shape;
  return make_gemm(spec, dense_backward_data_view(spec.inputs[0].shape[0], w[0], w[1]),
                   Third::kNone, Layout::kPlain);
}

}  // namespace fastcnn::cuda
