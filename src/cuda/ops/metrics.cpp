#include "cuda/kernels/metrics/metrics.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/reduction/arg_extreme.h"
#include "ops/training/loss_checks.h"

// Figures of samples beside the loss.
namespace fastcnn::cuda {
namespace {

class MetricOperator final : public Operator {
 public:
  MetricOperator(const char* name, const Metric& metric) : metric_(metric) {
    kernel = name;
    flops = static_cast<double>(metric.rows) * metric.cols;
    input_layouts.assign(2, Layout::kPlain);
    output_layouts = {Layout::kPlain};
  }

  void enqueue(const RunArgs& args) const override {
    if (metric_.rows == 0) return;
    Metric metric = metric_;
    metric.scores = args.src(0);
    metric.dst = args.dst(0);
    if (metric.k != 0) {
      metric.labels = static_cast<const std::int32_t*>(args.inputs[1]);
      top_k_correct(metric, args.stream);
    } else {
      metric.targets = args.src(1);
      binary_correct(metric, args.stream);
    }
  }

 private:
  Metric metric_;
};

class ArgExtremeOperator final : public Operator {
 public:
  explicit ArgExtremeOperator(const ops::OpSpec& spec) : extreme_{} {
    const Shape& x = spec.inputs[0].shape;
    const std::size_t axis = ops::axis_of(spec, 1);
    kernel = "arg_extreme_f32";
    flops = static_cast<double>(x.count());
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    extreme_.outer = ops::extent_product(x, 0, axis);
    extreme_.extent = narrow(x[axis]);
    extreme_.inner = ops::extent_product(x, axis + 1, x.rank());
    extreme_.smallest = spec.op == "argmin";
    extreme_.last = spec.attributes.get_int("select_last", 0) != 0;
  }

  void enqueue(const RunArgs& args) const override {
    if (extreme_.outer * extreme_.inner == 0) return;
    ArgExtreme extreme = extreme_;
    extreme.src = args.src(0);
    extreme.dst = static_cast<std::int32_t*>(args.outputs[0]);
    arg_extreme(extreme, args.stream);
  }

 private:
  ArgExtreme extreme_;
};

Metric metric_of(const ops::Samples& samples) {
  Metric metric = {};
  metric.rows = samples.rows;
  metric.cols = narrow(samples.cols);
  return metric;
}

}  // namespace

std::optional<std::string> refuse_top_k_correct_rows(const ops::OpSpec& spec) {
  ops::check_sparse_loss(spec, 0);
  const std::int64_t k = spec.attributes.get_int("k");
  require(k >= 1, ErrorKind::kValue, spec.op, ": k must be 1 or more, it is ", k);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_top_k_correct_rows(const ops::OpSpec& spec, const Layouts&) {
  Metric metric = metric_of(ops::check_sparse_loss(spec, 0));
  metric.k = narrow(std::min(spec.attributes.get_int("k"), kMaxCount));
  return std::make_unique<MetricOperator>("top_k_correct_f32_rows", metric);
}

std::optional<std::string> refuse_binary_correct_rows(const ops::OpSpec& spec) {
  ops::check_dense_loss(spec, 0);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_binary_correct_rows(const ops::OpSpec& spec, const Layouts&) {
  Metric metric = metric_of(ops::check_dense_loss(spec, 0));
  metric.threshold = spec.attributes.get_float("threshold");
  return std::make_unique<MetricOperator>("binary_correct_f32_rows", metric);
}

std::optional<std::string> refuse_arg_extreme(const ops::OpSpec& spec) {
  if (const auto why = ops::refuse_but_extreme(spec)) return why;
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_arg_extreme(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<ArgExtremeOperator>(spec);
}

}  // namespace fastcnn::cuda
