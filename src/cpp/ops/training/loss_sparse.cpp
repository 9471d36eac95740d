#include <algorithm>
#include <cmath>

#include "ops/training/loss_checks.h"

namespace fastcnn::ops {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

bool is_class(std::int32_t label, std::int64_t classes) { return label >= 0 && label < classes; }

// loss[n] = -log clip(p[n, labels[n]], epsilon, 1 - epsilon). One element of each row is read:
// plain scalar code.
class SparseCrossEntropyOperator final : public Operator {
 public:
  SparseCrossEntropyOperator(Samples samples, double epsilon)
      : samples_(samples), epsilon_(epsilon) {
    kernel = "sparse_cross_entropy_f32__scalar";
    flops = 20.0 * static_cast<double>(samples.rows);
    input_layouts.assign(2, Layout::kPlain);
    output_layouts = {Layout::kPlain};
  }

  void run(const RunArgs& args) const override {
    const float* p = args.src(0);
    const auto* labels = static_cast<const std::int32_t*>(args.inputs[1]);
    for (std::int64_t n = 0; n < samples_.rows; ++n) {
      const bool known = is_class(labels[n], samples_.cols);
      const double of_label = known ? p[n * samples_.cols + labels[n]] : kNan;
      // A NaN fails both comparisons and stays.
      const double clipped = of_label < epsilon_       ? epsilon_
                             : of_label > 1 - epsilon_ ? 1 - epsilon_
                                                       : of_label;
      args.dst(0)[n] = static_cast<float>(-std::log(clipped));
    }
  }

 private:
  Samples samples_;
  double epsilon_;
};

// grad_p[n, c] = -grad[n] / p[n, c] where c = labels[n] and p is not clipped, else 0.
class SparseCrossEntropyBackwardOperator final : public Operator {
 public:
  SparseCrossEntropyBackwardOperator(Samples samples, double epsilon)
      : samples_(samples), epsilon_(epsilon) {
    kernel = "sparse_cross_entropy_backward_f32__scalar";
    flops = static_cast<double>(samples.rows);
    input_layouts.assign(3, Layout::kPlain);
    output_layouts = {Layout::kPlain};
    in_place = {{0, 1}};
  }

  void run(const RunArgs& args) const override {
    const auto* labels = static_cast<const std::int32_t*>(args.inputs[2]);
    for (std::int64_t n = 0; n < samples_.rows; ++n) {
      const std::int64_t row = n * samples_.cols;
      const bool known = is_class(labels[n], samples_.cols);
      const float p = known ? args.src(1)[row + labels[n]] : kNan;  // before grad_p, which may be p
      float* grad_p = args.dst(0) + row;
      std::fill(grad_p, grad_p + samples_.cols, known ? 0.0f : kNan);
      const bool clipped = p < epsilon_ || p > 1 - epsilon_;
      if (known && !clipped) grad_p[labels[n]] = -args.src(0)[n] / p;
    }
  }

 private:
  Samples samples_;
  double epsilon_;
};

}  // namespace

std::optional<std::string> refuse_sparse_cross_entropy_scalar(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_sparse_cross_entropy_scalar(const OpSpec& spec) {
  const Samples samples = check_sparse_loss(spec, 0);
  return std::make_unique<SparseCrossEntropyOperator>(samples, epsilon_of(spec));
}

std::optional<std::string> refuse_sparse_cross_entropy_backward_scalar(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_sparse_cross_entropy_backward_scalar(const OpSpec& spec) {
  const Samples samples = check_sparse_loss(spec, 1);
  return std::make_unique<SparseCrossEntropyBackwardOperator>(samples, epsilon_of(spec));
}

}  // namespace fastcnn::ops
