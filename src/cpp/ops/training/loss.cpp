#include "kernels/loss/loss.h"

#include <algorithm>

#include "ops/split.h"
#include "ops/training/loss_checks.h"

namespace fastcnn::ops {
namespace {

using kernels::LossKind;

// An element, with the polynomials of simd/math.h: 22 for exp, 26 for log.
double flops_of(LossKind kind) {
  switch (kind) {
    case LossKind::kSparseSoftmaxCrossEntropy:
      return 25;
    case LossKind::kSparseSoftmaxCrossEntropyBackward:
      return 50;
    case LossKind::kSoftmaxCrossEntropy:
      return 29;
    case LossKind::kSoftmaxCrossEntropyBackward:
      return 53;
    case LossKind::kCrossEntropy:
      return 31;
    case LossKind::kCrossEntropyBackward:
      return 5;
    case LossKind::kBinaryCrossEntropy:
      return 66;
    case LossKind::kBinaryCrossEntropyBackward:
      return 9;
    case LossKind::kSquaredError:
    case LossKind::kSquaredErrorBackward:
      return 4;
  }
  return 0;
}

// A loss (scores, truth) -> [N], or its gradient (grad, scores, truth) -> as scores, where truth is
// targets of the same shape or labels. Samples are shared out.
class LossOperator final : public Operator {
 public:
  // `fixed` holds what does not change from run to run.
  LossOperator(LossKind kind, Samples samples, bool backward, bool sparse,
               const kernels::LossRows& fixed)
      : kernel_(kernels::select_loss(kind)),
        fixed_(fixed),
        cols_(samples.cols),
        backward_(backward),
        sparse_(sparse),
        split_(samples.rows,
               std::max(flops_of(kind), kBytesPerElement) * static_cast<double>(samples.cols)) {
    kernel = kernel_.name;
    flops = flops_of(kind) * static_cast<double>(samples.rows * samples.cols);
    input_layouts.assign(backward ? 3 : 2, Layout::kPlain);
    output_layouts = {Layout::kPlain};
    if (backward) in_place = {{0, 1}};
  }

  void run(const RunArgs& args) const override {
    const std::size_t first = backward_ ? 1 : 0;
    split_.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      kernels::LossRows rows = fixed_;
      rows.rows = static_cast<std::size_t>(end - begin);
      rows.cols = static_cast<std::size_t>(cols_);
      rows.src = args.src(first) + begin * cols_;
      if (sparse_) {
        rows.labels = static_cast<const std::int32_t*>(args.inputs[first + 1]) + begin;
      } else {
        rows.targets = args.src(first + 1) + begin * cols_;
      }
      if (backward_) {
        rows.grad_loss = args.src(0) + begin;
        rows.grad_src = args.dst(0) + begin * cols_;
      } else {
        rows.loss = args.dst(0) + begin;
      }
      kernel_.run(rows);
    });
  }

 private:
  static constexpr double kBytesPerElement = 3 * sizeof(float);

  kernels::LossKernel kernel_;
  kernels::LossRows fixed_;
  std::int64_t cols_;
  bool backward_;
  bool sparse_;
  Split split_;
};

std::unique_ptr<Operator> make_softmax_loss(const OpSpec& spec, LossKind kind, bool backward,
                                            bool sparse) {
  const std::size_t first = backward ? 1 : 0;
  Samples samples;
  if (sparse) {
    samples = check_sparse_loss(spec, first);
  } else {
    samples = check_dense_loss(spec, first);
    spec.expect_rank(first, 2);
  }
  return std::make_unique<LossOperator>(kind, samples, backward, sparse, kernels::LossRows{});
}

std::unique_ptr<Operator> make_cross_entropy(const OpSpec& spec, LossKind kind, bool backward) {
  const std::size_t first = backward ? 1 : 0;
  const Samples samples = check_dense_loss(spec, first);
  const bool binary =
      kind == LossKind::kBinaryCrossEntropy || kind == LossKind::kBinaryCrossEntropyBackward;
  if (!binary) spec.expect_rank(first, 2);
  const double epsilon = epsilon_of(spec);
  kernels::LossRows fixed = {};
  fixed.low = float_from(epsilon);
  fixed.high = float_up_to(1 - epsilon);
  fixed.factor = static_cast<float>(1.0 / static_cast<double>(samples.cols));
  return std::make_unique<LossOperator>(kind, samples, backward, false, fixed);
}

std::unique_ptr<Operator> make_squared_error(const OpSpec& spec, LossKind kind, bool backward) {
  const Samples samples = check_dense_loss(spec, backward ? 1 : 0);
  kernels::LossRows fixed = {};
  fixed.factor = static_cast<float>(spec.attributes.get_float("factor"));
  return std::make_unique<LossOperator>(kind, samples, backward, false, fixed);
}

}  // namespace

std::optional<std::string> refuse_sparse_softmax_cross_entropy_rows(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_sparse_softmax_cross_entropy_rows(const OpSpec& spec) {
  return make_softmax_loss(spec, LossKind::kSparseSoftmaxCrossEntropy, false, true);
}

std::optional<std::string> refuse_sparse_softmax_cross_entropy_backward_rows(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_sparse_softmax_cross_entropy_backward_rows(const OpSpec& spec) {
  return make_softmax_loss(spec, LossKind::kSparseSoftmaxCrossEntropyBackward, true, true);
}

std::optional<std::string> refuse_softmax_cross_entropy_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_softmax_cross_entropy_rows(const OpSpec& spec) {
  return make_softmax_loss(spec, LossKind::kSoftmaxCrossEntropy, false, false);
}

std::optional<std::string> refuse_softmax_cross_entropy_backward_rows(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_softmax_cross_entropy_backward_rows(const OpSpec& spec) {
  return make_softmax_loss(spec, LossKind::kSoftmaxCrossEntropyBackward, true, false);
}

std::optional<std::string> refuse_cross_entropy_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_cross_entropy_rows(const OpSpec& spec) {
  return make_cross_entropy(spec, LossKind::kCrossEntropy, false);
}

std::optional<std::string> refuse_cross_entropy_backward_rows(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_cross_entropy_backward_rows(const OpSpec& spec) {
  return make_cross_entropy(spec, LossKind::kCrossEntropyBackward, true);
}

std::optional<std::string> refuse_binary_cross_entropy_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_binary_cross_entropy_rows(const OpSpec& spec) {
  return make_cross_entropy(spec, LossKind::kBinaryCrossEntropy, false);
}

std::optional<std::string> refuse_binary_cross_entropy_backward_rows(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_binary_cross_entropy_backward_rows(const OpSpec& spec) {
  return make_cross_entropy(spec, LossKind::kBinaryCrossEntropyBackward, true);
}

std::optional<std::string> refuse_squared_error_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_squared_error_rows(const OpSpec& spec) {
  return make_squared_error(spec, LossKind::kSquaredError, false);
}

std::optional<std::string> refuse_squared_error_backward_rows(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_squared_error_backward_rows(const OpSpec& spec) {
  return make_squared_error(spec, LossKind::kSquaredErrorBackward, true);
}

}  // namespace fastcnn::ops
