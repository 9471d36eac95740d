#include "cuda/kernels/conv2d_sparse/conv2d_sparse.h"

#include <cmath>

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "cuda/ops/sparse_stream.h"
#include "ops/activation.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/dense/dense.h"

// Convolutions, and fully connected layers as convolutions of images of one pixel, of whose
// constant weights few are not zero.
namespace fastcnn::cuda {
namespace {

// Shares of weights that are not zero up to which fewer products are worth slower ones. The dense
// kernel's products limit it: 128 a cycle of a multiprocessor. Of an entry, shared memory gives 32
// pixels a cycle: a product of single entries costs as much as four, those of four rows as much as
// the dense kernel's. A third is left for the entries themselves and for copying pixels.
constexpr double kMaxSingles = 0.16;
constexpr double kMaxFours = 0.6;

// How many products tensor cores do in the time of one on FMA units: as the vendor gives it for
// data centres (8.0, 9.0). Others have 1 and 2 (8.6, 8.9), and would gain from more sparse kernels
// than are taken.
double tensor_products(Precision precision) {
  if (precision == Precision::kFloat32) return 1.0;
  return precision == Precision::kTf32 ? 8.0 : 16.0;
}

constexpr std::int64_t kManyBlocks = 128;  // give every multiprocessor of a large GPU work

SparseCut cut_of(const ops::ConvView& view, const ConvPhase& phase, bool fours) {
  const std::int64_t pixels = view.images * phase.oh * phase.ow;
  const std::int64_t tiles = view.groups * divide_up(view.dst_channels / view.groups, 64);
  const bool large = divide_up(pixels, 128) * tiles >= kManyBlocks;
  return {large ? 128 : 64, large ? 64 : 32, fours ? 4 : 1};
}

class Conv2dSparseOperator final : public Operator {
 public:
  Conv2dSparseOperator(const ops::ConvView& view, const float* weights, ops::Clamp clamp,
                       bool residual, Layout images)
      : conv_{}, residual_(residual), vector_(view.src_channels / view.groups % 4 == 0) {
    const SparseView sparse(view, weights);
    const ConvPhase& phase = sparse.phase();
    const double share =
        static_cast<double>(sparse.nonzeros()) / static_cast<double>(sparse.count());
    cut_ = cut_of(view, phase, sparse.in_fours() && sparse.nonzeros() != 0);
    SparseStream stream = sparse_stream(sparse, cut_, vector_);
    conv_.num_tiles = narrow(static_cast<std::int64_t>(stream.tiles.size()));
    conv_.pixels = narrow(view.images * phase.oh * phase.ow);
    conv_.h = narrow(view.axes.rows.src_extent), conv_.w = narrow(view.axes.columns.src_extent);
    conv_.channels = narrow(view.src_channels), conv_.oc = narrow(view.dst_channels);
    conv_.oh = phase.oh, conv_.ow = phase.ow;
    conv_.stride_h = phase.stride_h, conv_.stride_w = phase.stride_w;
    conv_.low = clamp.low, conv_.high = clamp.high;
    tables = {as_table(stream.tiles),  as_table(stream.taps),   as_table(stream.channels_of),
              as_table(stream.ranges), as_table(stream.places), as_table(stream.weights)};
    kernel = join("conv2d_sparse_f32_", cut_.pixels, 'x', cut_.channels, vector_ ? "x4" : "", " (",
                  cut_.height == 1 ? "" : "4x1, ", std::round(1000 * share) / 10, "% of weights)");
    flops = view.flops * share;
    input_layouts = {images, Layout::kUnread, Layout::kPlain};
    if (residual_) input_layouts.push_back(images);
    output_layouts = {images};
  }

  void enqueue(const RunArgs& args) const override {
    if (conv_.pixels == 0) return;
    Conv2dSparse conv = conv_;
    conv.src = args.src(0);
    conv.tiles = args.table<SparseTile>(0);
    conv.taps = args.table<Tap>(1);
    conv.channels_of = args.table<std::int32_t>(2);
    conv.ranges = args.table<int2>(3);
    conv.places = args.table<std::int32_t>(4);
    conv.weights = args.table<float>(5);
    conv.bias = args.src(2);
    conv.residual = residual_ ? args.src(3) : nullptr;
    conv.dst = args.dst(0);
    conv2d_sparse(conv, cut_, vector_, args.stream);
  }

 private:
  Conv2dSparse conv_;
  bool residual_;
  bool vector_;
  SparseCut cut_;
};

// Why the weights are not few enough, or nothing.
std::optional<std::string> refuse_weights(const ops::OpSpec& spec, const ops::ConvView& view) {
  if (spec.constant(1) == nullptr) return "the weights are not constant";
  if (spec.inputs[1].shape.count() == 0 || spec.outputs[0].shape.count() == 0) {
    return "there is nothing to compute";
  }
  const double share = nonzero_share(spec);
  const double narrower = tensor_products(spec.options.precision);
  double limit = kMaxFours / narrower;
  if (share <= limit) {  // only then it matters how zeros lie
    const SparseView sparse(view, static_cast<const float*>(spec.constant(1)));
    if (!sparse.in_fours()) limit = kMaxSingles / narrower;
  }
  if (share <= limit) return std::nullopt;
  return join(std::round(100 * share), "% of the weights are not zero, over ", 100 * limit, "%");
}

}  // namespace

std::optional<std::string> refuse_conv2d_sparse(const ops::OpSpec& spec) {
  const ops::Conv2dShape shape = ops::parse_conv2d(spec);
  if (const auto why = refuse_types_and_sizes(spec)) return why;
  if (shape.depthwise()) return "depthwise";
  const ops::ConvView view = ops::forward_view(shape);
  if (const auto why = refuse_extents(view)) return why;
  return refuse_weights(spec, view);
}

std::unique_ptr<Operator> make_conv2d_sparse(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<Conv2dSparseOperator>(
      ops::forward_view(ops::parse_conv2d(spec)), static_cast<const float*>(spec.constant(1)),
      ops::activation_of(spec), spec.inputs.size() == 4, Layout::kNhwc);
}

std::optional<std::string> refuse_dense_sparse(const ops::OpSpec& spec) {
  ops::expect_dense(spec);
  if (const auto why = refuse_types_and_sizes(spec)) return why;
  const Shape& w = spec.inputs[1].shape;
  return refuse_weights(spec, dense_view(spec.inputs[0].shape[0], w[0], w[1]));
}

std::unique_ptr<Operator> make_dense_sparse(const ops::OpSpec& spec, const Layouts&) {
  const Shape& w = spec.inputs[1].shape;
  return std::make_unique<Conv2dSparseOperator>(dense_view(spec.inputs[0].shape[0], w[0], w[1]),
                                                static_cast<const float*>(spec.constant(1)),
                                                ops::activation_of(spec), false, Layout::kPlain);
}

}  // namespace fastcnn::cuda
