#include "kernels/reduce/reduce.h"

#include <algorithm>
#include <numeric>

#include "ops/operator.h"
#include "ops/reduction/reduce_checks.h"
#include "ops/split.h"

// reduce_sum and reduce_mean of all elements, the mean NaN of none. penalty: l1 sum |w| + l2 sum
// w^2.
namespace fastcnn::ops {
namespace {

class ReduceOp final : public Operator {
 public:
  ReduceOp(const OpSpec& spec, kernels::ReduceKind kind)
      : kernel_(kernels::select_reduce(kind)),
        count_(spec.inputs[0].shape.count()),
        split_(divide_up(count_, kRun), kRun * sizeof(float)) {
    if (spec.op == "reduce_mean") divisor_ = static_cast<double>(count_);
    if (kind == kernels::ReduceKind::kPenalty) {
      l1_ = static_cast<float>(spec.attributes.get_float("l1"));
      l2_ = static_cast<float>(spec.attributes.get_float("l2"));
    }
    kernel = kernel_.name;
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    flops = static_cast<double>(count_) * (kind == kernels::ReduceKind::kSum ? 1 : 4);
  }

  std::size_t scratch_bytes(std::size_t) const override { return split_.tasks() * sizeof(double); }

  void run(const RunArgs& args) const override {
    auto* parts = static_cast<double*>(args.scratch);
    split_.run_tasks(args.parallel, [&](std::size_t task, std::size_t) {
      const std::int64_t first = split_.begin(task) * kRun;
      const auto count =
          static_cast<std::size_t>(std::min(count_, split_.end(task) * kRun) - first);
      parts[task] = kernel_.run({count, args.src(0) + first, l1_, l2_});
    });
    const double sum = std::accumulate(parts, parts + split_.tasks(), 0.0);
    *args.dst(0) = static_cast<float>(sum / divisor_);
  }

 private:
  static constexpr auto kRun = static_cast<std::int64_t>(kernels::kReduceRun);

  const kernels::ReduceKernel& kernel_;
  std::int64_t count_;
  Split split_;
  double divisor_ = 1;
  float l1_ = 0;
  float l2_ = 0;
};

// grad_x = grad / count everywhere, in the layout of x, which is not read.
class ReduceMeanBackward final : public Operator {
 public:
  explicit ReduceMeanBackward(const OpSpec& spec)
      : elements_(static_cast<double>(spec.inputs[1].shape.count())) {
    const Layout layout = spec.inputs[1].layout;
    kernel = "fill";
    input_layouts = {Layout::kPlain, layout};
    output_layouts = {layout};
    stored_ = spec.inputs[1].stored_count(static_cast<std::int64_t>(cpu::block()));
  }

  void run(const RunArgs& args) const override {
    const auto value = static_cast<float>(static_cast<double>(*args.src(0)) / elements_);
    Split(stored_, sizeof(float)).run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      std::fill(args.dst(0) + begin, args.dst(0) + end, value);
    });
  }

 private:
  double elements_;
  std::int64_t stored_;
};

}  // namespace

std::optional<std::string> refuse_reduce_all(const OpSpec& spec) { return refuse_but_all(spec); }

std::unique_ptr<Operator> make_reduce_all(const OpSpec& spec) {
  return std::make_unique<ReduceOp>(spec, kernels::ReduceKind::kSum);
}

std::optional<std::string> refuse_penalty(const OpSpec& spec) {
  expect_penalty(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_penalty(const OpSpec& spec) {
  return std::make_unique<ReduceOp>(spec, kernels::ReduceKind::kPenalty);
}

std::optional<std::string> refuse_reduce_mean_backward(const OpSpec& spec) {
  expect_reduce_mean_backward(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_reduce_mean_backward(const OpSpec& spec) {
  return std::make_unique<ReduceMeanBackward>(spec);
}

}  // namespace fastcnn::ops
