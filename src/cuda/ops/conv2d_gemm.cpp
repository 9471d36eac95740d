#include "cuda/kernels/conv2d_gemm/conv2d_gemm.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/gemm_weights.h"
#include "cuda/ops/operator.h"
#include "ops/activation.h"
#include "ops/conv2d_shape.h"

namespace fastcnn::cuda {
namespace {

// conv2d and dense, a convolution of images of one pixel, as products with constant weights.
class Conv2dGemmOperator final : public Operator {
 public:
  Conv2dGemmOperator(const ops::Conv2dShape& s, const GemmWeights& weights, ops::Clamp clamp,
                     bool has_residual)
      : vector_(weights.vector), has_residual_(has_residual) {
    tables = {as_table(weights.values), as_table(weights.taps)};
    conv_ = {};
    conv_.pixels = narrow(s.n * s.oh * s.ow);
    conv_.h = narrow(s.h), conv_.w = narrow(s.w), conv_.channels = narrow(s.ic);
    conv_.oh = narrow(s.oh), conv_.ow = narrow(s.ow);
    conv_.stride_h = narrow(s.stride_h), conv_.stride_w = narrow(s.stride_w);
    conv_.pad_top = narrow(s.pad_top), conv_.pad_left = narrow(s.pad_left);
    conv_.groups = narrow(s.groups);
    conv_.group_channels = narrow(s.ic_per_group());
    conv_.oc = narrow(s.oc), conv_.group_oc = narrow(s.oc_per_group());
    conv_.rows = weights.rows, conv_.columns = weights.columns;
    conv_.low = clamp.low, conv_.high = clamp.high;
    kernel = conv2d_gemm_name(conv_, vector_);
    flops = s.flops();
  }

  void enqueue(const RunArgs& args) const override {
    if (conv_.pixels == 0 || conv_.oc == 0) return;
    Conv2dGemm conv = conv_;
    conv.src = args.src(0);
    conv.weights = static_cast<const float*>(args.tables[0]);
    conv.taps = static_cast<const Tap*>(args.tables[1]);
    conv.bias = args.src(2);
    conv.residual = has_residual_ ? args.src(3) : nullptr;
    conv.dst = args.dst(0);
    conv2d_gemm(conv, vector_, args.stream);
  }

 private:
  Conv2dGemm conv_;
  bool vector_;
  bool has_residual_;
};

std::optional<std::string> refuse_weights(const ops::OpSpec& spec) {
  if (spec.constant(1) == nullptr) return "the weights are not constant";
  return refuse_types_and_sizes(spec);
}

}  // namespace

std::optional<std::string> refuse_conv2d_gemm(const ops::OpSpec& spec) {
  const ops::Conv2dShape s = ops::parse_conv2d(spec);
  for (const std::int64_t extent : {s.pad_top, s.pad_left, s.dilation_h * s.kh, s.dilation_w * s.kw,
                                    s.oh * s.stride_h, s.ow * s.stride_w, s.h, s.w}) {
    if (extent >= kNoTap || extent <= -kNoTap) return "an extent in pixels of 2^29 or more";
  }
  if (s.groups > 65535) return "more than 65535 groups";
  if (s.oc_per_group() > 65535 * 64) return "more than 65535 * 64 channels of output a group";
  return refuse_weights(spec);
}

std::unique_ptr<Operator> make_conv2d_gemm(const ops::OpSpec& spec, const Layouts&) {
  const ops::Conv2dShape s = ops::parse_conv2d(spec);
  const bool has_residual = spec.inputs.size() == 4;
  auto op = std::make_unique<Conv2dGemmOperator>(
      s, gemm_weights(s, static_cast<const float*>(spec.constant(1))), ops::activation_of(spec),
      has_residual);
  op->input_layouts = {Layout::kNhwc, Layout::kUnread, Layout::kPlain};
  if (has_residual) op->input_layouts.push_back(Layout::kNhwc);
  op->output_layouts = {Layout::kNhwc};
  return op;
}

std::optional<std::string> refuse_dense_gemm(const ops::OpSpec& spec) {
  return refuse_weights(spec);
}

std::unique_ptr<Operator> make_dense_gemm(const ops::OpSpec& spec, const Layouts&) {
  ops::expect_float_inputs(spec, 3);
  ops::expect_outputs(spec, 1);
  spec.expect_rank(0, 2);
  spec.expect_rank(1, 2);
  const Shape& x = spec.inputs[0].shape;
  const Shape& w = spec.inputs[1].shape;
  require(x[1] == w[0], ErrorKind::kShape, spec.op, ": weights take ", w[0], " features, x has ",
          x[1], "; the shapes are ", w, " and ", x);
  ops::expect_shape(spec, 2, {w[1]});
  ops::expect_output(spec, 0, {x[0], w[1]});

  const ops::Conv2dShape s{x[0], x[1], 1, 1, w[1], 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1};
  // [K, M] as [OC, IC, 1, 1].
  const auto* weights = static_cast<const float*>(spec.constant(1));
  std::vector<float> turned(static_cast<std::size_t>(w.count()));
  for (std::int64_t k = 0; k < w[0]; ++k) {
    for (std::int64_t m = 0; m < w[1]; ++m) {
      turned[static_cast<std::size_t>(m * w[0] + k)] = weights[k * w[1] + m];
    }
  }
  auto op = std::make_unique<Conv2dGemmOperator>(s, gemm_weights(s, turned.data()),
                                                 ops::activation_of(spec), false);
  op->input_layouts = {Layout::kPlain, Layout::kUnread, Layout::kPlain};
  op->output_layouts = {Layout::kPlain};
  return op;
}

}  // namespace fastcnn::cuda
