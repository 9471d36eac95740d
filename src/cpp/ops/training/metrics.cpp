#include <cmath>
#include <cstdint>

#include "ops/split.h"
#include "ops/training/loss_checks.h"

namespace fastcnn::ops {
namespace {

// The figures below are one for each sample and little work: plain scalar code, rows shared out.
// `Figure` gives those of rows [begin, end).
template <typename Figure>
class MetricOperator final : public Operator {
 public:
  MetricOperator(const char* name, std::size_t inputs, Samples samples, Figure figure)
      : figure_(figure),
        split_(samples.rows, kFlopsPerElement * static_cast<double>(samples.cols)) {
    kernel = name;
    flops = static_cast<double>(samples.rows * samples.cols);
    input_layouts.assign(inputs, Layout::kPlain);
    output_layouts = {Layout::kPlain};
  }

  void run(const RunArgs& args) const override {
    split_.run(args.parallel, [&](std::int64_t row, std::int64_t end) {
      for (; row < end; ++row) figure_(args, row);
    });
  }

 private:
  static constexpr double kFlopsPerElement = 4;

  Figure figure_;
  Split split_;
};

template <typename Figure>
std::unique_ptr<Operator> make_metric(const char* name, std::size_t inputs, Samples samples,
                                      Figure figure) {
  return std::make_unique<MetricOperator<Figure>>(name, inputs, samples, figure);
}

}  // namespace

std::optional<std::string> refuse_top_k_correct_scalar(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_top_k_correct_scalar(const OpSpec& spec) {
  const Samples samples = check_sparse_loss(spec, 0);
  const std::int64_t k = spec.attributes.get_int("k");
  require(k >= 1, ErrorKind::kValue, spec.op, ": k must be 1 or more, it is ", k);

  return make_metric(
      "top_k_correct_f32__scalar", 2, samples, [=](const RunArgs& args, std::int64_t row) {
        const float* scores = args.src(0) + row * samples.cols;
        const std::int64_t label = static_cast<const std::int32_t*>(args.inputs[1])[row];
        const bool known = label >= 0 && label < samples.cols && !std::isnan(scores[label]);
        std::int64_t ahead = 0;
        for (std::int64_t c = 0; known && c < samples.cols; ++c) {
          ahead += scores[c] > scores[label] || (scores[c] == scores[label] && c < label);
        }
        args.dst(0)[row] = known && ahead < k ? 1.0f : 0.0f;
      });
}

std::optional<std::string> refuse_binary_correct_scalar(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_binary_correct_scalar(const OpSpec& spec) {
  const Samples samples = check_dense_loss(spec, 0);
  const double threshold = spec.attributes.get_float("threshold");

  return make_metric(
      "binary_correct_f32__scalar", 2, samples, [=](const RunArgs& args, std::int64_t row) {
        const float* p = args.src(0) + row * samples.cols;
        const float* targets = args.src(1) + row * samples.cols;
        std::int64_t right = 0;
        for (std::int64_t i = 0; i < samples.cols; ++i) {
          right += (p[i] > threshold) == (targets[i] > 0.5f);
        }
        args.dst(0)[row] =
            static_cast<float>(static_cast<double>(right) / static_cast<double>(samples.cols));
      });
}

}  // namespace fastcnn::ops
