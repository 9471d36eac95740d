#include "cuda/kernels/batch_norm/batch_norm.h"

#include <cmath>

#include "cuda/ops/as_image.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/activation.h"
#include "ops/normalisation/normalisation_checks.h"

// Batch normalisation by given statistics and by those of the batch, its gradient, and sums over
// channels: all over a matrix of rows and channels, an image NHWC or samples of features; other
// tensors are images meanwhile.
namespace fastcnn::cuda {
namespace {

struct ChannelMatrix {
  std::int64_t rows;
  std::int32_t channels;
  Layout layout;

  explicit ChannelMatrix(const Shape& shape)
      : rows(shape[1] == 0 ? 0 : shape.count() / shape[1]),
        channels(narrow(shape[1])),
        layout(shape.rank() == 4 ? Layout::kNhwc : Layout::kPlain) {}

  std::int64_t size() const { return rows * channels; }
  std::size_t partial_bytes() const {
    return static_cast<std::size_t>(channel_splits(rows)) * 2 * static_cast<std::size_t>(channels) *
           sizeof(float);
  }
};

class ChannelSumOperator final : public Operator {
 public:
  explicit ChannelSumOperator(const ops::OpSpec& spec) : matrix_(spec.inputs[0].shape) {
    kernel = "channel_sums_f32_32x8";
    flops = static_cast<double>(matrix_.size());
    input_layouts = {matrix_.layout};
    output_layouts = {Layout::kPlain};
    scratch_bytes = matrix_.partial_bytes();
  }

  void enqueue(const RunArgs& args) const override {
    if (matrix_.channels == 0) return;
    ChannelSums sums = {};
    sums.src = args.src(0);
    sums.first = args.dst(0);
    sums.partial = static_cast<float*>(args.scratch);
    sums.rows = matrix_.rows, sums.channels = matrix_.channels;
    channel_sums(ChannelTerm::kValue, ChannelResult::kSum, sums, args.stream);
  }

 private:
  ChannelMatrix matrix_;
};

class BatchNormOperator final : public Operator {
 public:
  explicit BatchNormOperator(const ops::OpSpec& spec)
      : matrix_(spec.inputs[0].shape),
        epsilon_(static_cast<float>(spec.attributes.get_float("epsilon"))),
        clamp_(ops::activation_of(spec)) {
    kernel = "batch_norm_f32";
    flops = 3.0 * static_cast<double>(matrix_.size());
    input_layouts.assign(5, Layout::kPlain);
    input_layouts[0] = matrix_.layout;
    output_layouts = {matrix_.layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (matrix_.size() == 0) return;
    batch_norm({args.src(0),
                nullptr,
                args.dst(0),
                matrix_.size(),
                matrix_.channels,
                {args.src(3), args.src(4), nullptr, args.src(1), args.src(2), epsilon_, clamp_.low,
                 clamp_.high}},
               args.stream);
  }

 private:
  ChannelMatrix matrix_;
  float epsilon_;
  ops::Clamp clamp_;
};

// Two passes over x for its statistics, squares about the mean itself, and one for the result.
class BatchNormTrainOperator final : public Operator {
 public:
  explicit BatchNormTrainOperator(const ops::OpSpec& spec)
      : matrix_(spec.inputs[0].shape),
        has_residual_(spec.inputs.size() == 4),
        epsilon_(static_cast<float>(spec.attributes.get_float("epsilon"))),
        clamp_(ops::activation_of(spec)) {
    kernel = "batch_norm_f32";
    flops = (has_residual_ ? 8.0 : 7.0) * static_cast<double>(matrix_.size());
    input_layouts = {matrix_.layout, Layout::kPlain, Layout::kPlain};
    if (has_residual_) input_layouts.push_back(matrix_.layout);
    output_layouts.assign(4, Layout::kPlain);
    output_layouts[0] = matrix_.layout;
    scratch_bytes = matrix_.partial_bytes();
  }

  void enqueue(const RunArgs& args) const override {
    if (matrix_.channels == 0) return;
    ChannelSums sums = {};
    sums.src = args.src(0);
    sums.partial = static_cast<float*>(args.scratch);
    sums.rows = matrix_.rows, sums.channels = matrix_.channels;
    sums.first = args.dst(1);
    channel_sums(ChannelTerm::kValue, ChannelResult::kMean, sums, args.stream);
    sums.by.mean = args.dst(1);
    sums.by.epsilon = epsilon_;
    sums.first = args.dst(2);
    sums.second = args.dst(3);
    channel_sums(ChannelTerm::kDeviation, ChannelResult::kSpread, sums, args.stream);
    if (matrix_.size() == 0) return;
    batch_norm({args.src(0),
                has_residual_ ? args.src(3) : nullptr,
                args.dst(0),
                matrix_.size(),
                matrix_.channels,
                {args.dst(1), nullptr, args.dst(3), args.src(1), args.src(2), epsilon_, clamp_.low,
                 clamp_.high}},
               args.stream);
  }

 private:
  ChannelMatrix matrix_;
  bool has_residual_;
  float epsilon_;
  ops::Clamp clamp_;
};

class BatchNormBackwardOperator final : public Operator {
 public:
  explicit BatchNormBackwardOperator(const ops::OpSpec& spec)
      : matrix_(spec.inputs[1].shape),
        masked_(ops::has_activation(spec)),
        clamp_(ops::activation_of(spec)) {
    kernel = "batch_norm_backward_f32";
    flops = (masked_ ? 17.0 : 9.0) * static_cast<double>(matrix_.size());
    input_layouts.assign(spec.inputs.size(), Layout::kPlain);
    input_layouts[0] = input_layouts[1] = matrix_.layout;
    output_layouts.assign(3, Layout::kPlain);
    output_layouts[0] = matrix_.layout;
    scratch_bytes = matrix_.partial_bytes();
  }

  void enqueue(const RunArgs& args) const override {
    if (matrix_.channels == 0) return;
    ChannelSums sums = {};
    sums.grad = args.src(0);
    sums.src = args.src(1);
    sums.by = {args.src(3), nullptr,    args.src(4), args.src(2), masked_ ? args.src(5) : nullptr,
               0,           clamp_.low, clamp_.high};
    sums.masked = masked_;
    sums.partial = static_cast<float*>(args.scratch);
    sums.first = args.dst(2);
    sums.second = args.dst(1);
    sums.rows = matrix_.rows, sums.channels = matrix_.channels;
    channel_sums(ChannelTerm::kGradient, ChannelResult::kGradient, sums, args.stream);
    if (matrix_.size() == 0) return;
    batch_norm_backward(
        {sums.src, sums.grad, args.dst(1), args.dst(2), args.dst(0), matrix_.size(),
         matrix_.channels, 1.0f / static_cast<float>(matrix_.rows), masked_, sums.by},
        args.stream);
  }

 private:
  ChannelMatrix matrix_;
  bool masked_;
  ops::Clamp clamp_;
};

}  // namespace

std::optional<std::string> refuse_channel_sum(const ops::OpSpec& spec) {
  ops::expect_channel_sum(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_channel_sum(const ops::OpSpec& spec, const Layouts&) {
  if (lacks_nhwc(spec.inputs[0].shape)) return make_as_image(spec, &make_channel_sum);
  return std::make_unique<ChannelSumOperator>(spec);
}

std::optional<std::string> refuse_batch_norm(const ops::OpSpec& spec) {
  ops::expect_batch_norm(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_batch_norm(const ops::OpSpec& spec, const Layouts&) {
  if (lacks_nhwc(spec.inputs[0].shape)) return make_as_image(spec, &make_batch_norm);
  return std::make_unique<BatchNormOperator>(spec);
}

std::optional<std::string> refuse_batch_norm_train(const ops::OpSpec& spec) {
  ops::expect_batch_norm_train(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_batch_norm_train(const ops::OpSpec& spec, const Layouts&) {
  if (lacks_nhwc(spec.inputs[0].shape)) return make_as_image(spec, &make_batch_norm_train);
  return std::make_unique<BatchNormTrainOperator>(spec);
}

std::optional<std::string> refuse_batch_norm_backward(const ops::OpSpec& spec) {
  ops::expect_batch_norm_backward(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_batch_norm_backward(const ops::OpSpec& spec, const Layouts&) {
  if (lacks_nhwc(spec.inputs[1].shape)) return make_as_image(spec, &make_batch_norm_backward);
  return std::make_unique<BatchNormBackwardOperator>(spec);
}

}  // namespace fastcnn::cuda
