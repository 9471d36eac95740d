#include "cuda/kernels/loss/loss.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/training/loss_checks.h"

// Losses (scores, truth) -> [N] and their gradients (grad, scores, truth) -> as scores, where truth
// is targets of the same shape or labels.
namespace fastcnn::cuda {
namespace {

bool takes_labels(LossKind kind) {
  return kind == LossKind::kSparseSoftmaxCrossEntropy || kind == LossKind::kSparseCrossEntropy;
}

// Checks the whole node; gives what does not change from run to run.
LossRows parse_loss(const ops::OpSpec& spec, LossKind kind, bool backward) {
  const std::size_t first = backward ? 1 : 0;
  const ops::Samples samples =
      takes_labels(kind) ? ops::check_sparse_loss(spec, first) : ops::check_dense_loss(spec, first);
  LossRows rows = {};
  rows.rows = samples.rows;
  rows.cols = narrow(samples.cols);
  if (kind == LossKind::kSoftmaxCrossEntropy || kind == LossKind::kCrossEntropy) {
    spec.expect_rank(first, 2);
  }
  if (kind == LossKind::kSquaredError) {
    rows.factor = static_cast<float>(spec.attributes.get_float("factor"));
  } else if (kind != LossKind::kSparseSoftmaxCrossEntropy &&
             kind != LossKind::kSoftmaxCrossEntropy) {
    const double epsilon = ops::epsilon_of(spec);
    rows.low = ops::float_from(epsilon);
    rows.high = ops::float_up_to(1 - epsilon);
    rows.factor = static_cast<float>(1.0 / static_cast<double>(samples.cols));
  }
  return rows;
}

class LossOperator final : public Operator {
 public:
  LossOperator(const ops::OpSpec& spec, LossKind kind, bool backward)
      : rows_(parse_loss(spec, kind, backward)), kind_(kind), backward_(backward) {
    kernel = spec.op + "_f32_rows";
    flops = 25.0 * static_cast<double>(rows_.rows) * rows_.cols;
    input_layouts.assign(backward ? 3 : 2, Layout::kPlain);
    output_layouts = {Layout::kPlain};
  }

  void enqueue(const RunArgs& args) const override {
    if (rows_.rows == 0) return;
    const std::size_t first = backward_ ? 1 : 0;
    LossRows rows = rows_;
    rows.src = args.src(first);
    if (takes_labels(kind_)) {
      rows.labels = static_cast<const std::int32_t*>(args.inputs[first + 1]);
    } else {
      rows.targets = args.src(first + 1);
    }
    if (backward_) {
      rows.grad_loss = args.src(0);
      rows.grad_src = args.dst(0);
      loss_backward(kind_, rows, args.stream);
    } else {
      rows.loss = args.dst(0);
      loss(kind_, rows, args.stream);
    }
  }

 private:
  LossRows rows_;
  LossKind kind_;
  bool backward_;
};

}  // namespace

#define FASTCNN_LOSS(name, kind)                                                              \
  std::optional<std::string> refuse_##name(const ops::OpSpec& spec) {                         \
    parse_loss(spec, LossKind::kind, false);                                                  \
    return refuse_sizes(spec);                                                                \
  }                                                                                           \
  std::unique_ptr<Operator> make_##name(const ops::OpSpec& spec, const Layouts&) {            \
    return std::make_unique<LossOperator>(spec, LossKind::kind, false);                       \
  }                                                                                           \
  std::optional<std::string> refuse_##name##_backward(const ops::OpSpec& spec) {              \
    parse_loss(spec, LossKind::kind, true);                                                   \
    return refuse_sizes(spec);                                                                \
  }                                                                                           \
  std::unique_ptr<Operator> make_##name##_backward(const ops::OpSpec& spec, const Layouts&) { \
    return std::make_unique<LossOperator>(spec, LossKind::kind, true);                        \
  }

FASTCNN_LOSS(sparse_softmax_cross_entropy, kSparseSoftmaxCrossEntropy)
FASTCNN_LOSS(softmax_cross_entropy, kSoftmaxCrossEntropy)
FASTCNN_LOSS(sparse_cross_entropy, kSparseCrossEntropy)
FASTCNN_LOSS(cross_entropy, kCrossEntropy)
FASTCNN_LOSS(binary_cross_entropy, kBinaryCrossEntropy)
FASTCNN_LOSS(squared_error, kSquaredError)
#undef FASTCNN_LOSS

}  // namespace fastcnn::cuda
