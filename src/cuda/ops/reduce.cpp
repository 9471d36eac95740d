#include "cuda/kernels/reduce/reduce.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/reduction/reduce_checks.h"

// Sums, means, norms and penalties of all elements; the gradient of the mean.
namespace fastcnn::cuda {
namespace {

ReduceTerm term_of(const std::string& op) {
  if (op == "penalty") return ReduceTerm::kPenalty;
  if (op == "reduce_l1") return ReduceTerm::kAbs;
  const bool of_squares = op == "reduce_l2" || op == "reduce_sum_square";
  return of_squares ? ReduceTerm::kSquare : ReduceTerm::kValue;
}

class ReduceOperator final : public Operator {
 public:
  explicit ReduceOperator(const ops::OpSpec& spec) : reduce_{}, term_(term_of(spec.op)) {
    kernel = "reduce_f32";
    reduce_.size = spec.inputs[0].shape.count();
    reduce_.divisor = spec.op == "reduce_mean" ? static_cast<float>(reduce_.size) : 1.0f;
    reduce_.root = spec.op == "reduce_l2";
    if (term_ == ReduceTerm::kPenalty) {
      reduce_.l1 = static_cast<float>(spec.attributes.get_float("l1"));
      reduce_.l2 = static_cast<float>(spec.attributes.get_float("l2"));
    }
    flops = static_cast<double>(reduce_.size) * (term_ == ReduceTerm::kValue ? 1 : 2);
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    scratch_bytes = static_cast<std::size_t>(reduce_blocks(reduce_.size)) * sizeof(float);
  }

  void enqueue(const RunArgs& args) const override {
    Reduce arguments = reduce_;
    arguments.src = args.src(0);
    arguments.partial = static_cast<float*>(args.scratch);
    arguments.dst = args.dst(0);
    reduce(term_, arguments, args.stream);
  }

 private:
  Reduce reduce_;
  ReduceTerm term_;
};

class ReduceMeanBackwardOperator final : public Operator {
 public:
  ReduceMeanBackwardOperator(const ops::OpSpec& spec, const Layouts& given)
      : size_(spec.outputs[0].shape.count()) {
    kernel = "spread_f32";
    input_layouts = {Layout::kPlain, Layout::kUnread};
    output_layouts = {given[1]};
  }

  void enqueue(const RunArgs& args) const override {
    if (size_ == 0) return;
    spread({args.src(0), args.dst(0), size_, static_cast<float>(size_)}, args.stream);
  }

 private:
  std::int64_t size_;
};

}  // namespace

std::optional<std::string> refuse_reduce_all(const ops::OpSpec& spec) {
  if (const auto why = ops::refuse_but_all(spec)) return why;
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_reduce_all(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<ReduceOperator>(spec);
}

std::optional<std::string> refuse_penalty(const ops::OpSpec& spec) {
  ops::expect_penalty(spec);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_penalty(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<ReduceOperator>(spec);
}

std::optional<std::string> refuse_reduce_mean_backward(const ops::OpSpec& spec) {
  ops::expect_reduce_mean_backward(spec);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_reduce_mean_backward(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<ReduceMeanBackwardOperator>(spec, given);
}

}  // namespace fastcnn::cuda
