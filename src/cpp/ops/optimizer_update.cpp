#include "kernels/optimizer_update/optimizer_update.h"

#include <algorithm>

#include "ops/checks.h"
#include "ops/operator.h"
#include "ops/optimizer_rules.h"
#include "ops/split.h"

// The update operations: inputs w, g, the states, lr (and step), outputs w and the states.
// Everything is plain: weights have no blocked layout.
namespace fastcnn::ops {
namespace {

using kernels::OptimizerKind;
using kernels::OptimizerUpdate;

float get(const OpSpec& spec, const char* name) {
  return static_cast<float>(spec.attributes.get_float(name, 0.0));
}

OptimizerKind kind_of(const OpSpec& spec, const OptimizerRule& rule) {
  const bool nesterov = spec.attributes.get_int("nesterov", 0) != 0;
  return rule.kind == OptimizerKind::kSgd && nesterov ? OptimizerKind::kNesterov : rule.kind;
}

class OptimizerUpdateOp final : public Operator {
 public:
  OptimizerUpdateOp(const OpSpec& spec, const OptimizerRule& rule)
      : rule_(rule),
        kernel_(kernels::select_optimizer_update(kind_of(spec, rule))),
        numbers_(read_rule_numbers(spec.attributes)),
        states_(rule.states),
        count_(spec.inputs[0].shape.count()),
        weight_decay_(spec.attributes.get_float("weight_decay", 0.0)) {
    constants_.hold_zeros = spec.attributes.get_int("hold_zeros", 0) != 0;
    constants_.l1 = get(spec, "l1");
    constants_.l2 = get(spec, "l2");
    constants_.epsilon = get(spec, "epsilon");

    kernel = kernel_.name;
    input_layouts.assign(spec.inputs.size(), Layout::kPlain);
    output_layouts.assign(spec.outputs.size(), Layout::kPlain);
    in_place = {{0, 0}};
    for (std::size_t k = 0; k < states_; ++k) in_place.push_back({1 + k, 2 + k});
    flops = rule.flops * static_cast<double>(count_);
  }

  void run(const RunArgs& args) const override {
    constexpr std::int64_t kStep = 16;  // weights: tasks begin at whole vectors of every ISA
    const Split split(divide_up(count_, kStep), kStep * sizeof(float) * (3.0 + 2.0 * states()));
    const OptimizerUpdate whole = with_rate(args);

    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t first = begin * kStep;
      OptimizerUpdate part = whole;
      part.count = static_cast<std::size_t>(std::min(count_, end * kStep) - first);
      part.w = args.src(0) + first;
      part.g = args.src(1) + first;
      part.new_w = args.dst(0) + first;
      for (std::size_t k = 0; k < states_; ++k) {
        part.state[k] = args.src(2 + k) + first;
        part.new_state[k] = args.dst(1 + k) + first;
      }
      kernel_.run(part);
    });
  }

 private:
  double states() const { return static_cast<double>(states_); }

  OptimizerUpdate with_rate(const RunArgs& args) const {
    OptimizerUpdate update = constants_;
    const double lr = static_cast<double>(*args.src(2 + states_));
    double step = 0.0;
    if (rule_.takes_step) {
      step = static_cast<double>(*static_cast<const std::int32_t*>(args.inputs[3 + states_]));
      require(step >= 1, ErrorKind::kValue, rule_.op, ": step is ", step, ", it counts from 1");
    }
    rule_.prepare(numbers_, lr, step, update);
    update.decay = static_cast<float>(lr * weight_decay_);
    return update;
  }

  const OptimizerRule& rule_;
  const kernels::OptimizerUpdateKernel& kernel_;
  RuleNumbers numbers_;
  std::size_t states_;
  std::int64_t count_;
  double weight_decay_;
  OptimizerUpdate constants_{};
};

}  // namespace

std::optional<std::string> refuse_optimizer_update(const OpSpec& spec) {
  const OptimizerRule& rule = find_optimizer_rule(spec.op);
  const std::size_t inputs = 3 + rule.states + (rule.takes_step ? 1 : 0);
  spec.expect_inputs(inputs, inputs);
  expect_outputs(spec, 1 + rule.states);

  const Shape& shape = spec.inputs[0].shape;
  for (std::size_t i = 0; i < 2 + rule.states; ++i) {
    expect_dtype(spec, i, DType::kFloat32);
    expect_shape(spec, i, shape);
  }
  for (std::size_t i = 0; i < spec.outputs.size(); ++i) expect_output(spec, i, shape);
  expect_dtype(spec, 2 + rule.states, DType::kFloat32);
  expect_shape(spec, 2 + rule.states, Shape{});
  if (rule.takes_step) {
    expect_dtype(spec, 3 + rule.states, DType::kInt32);
    expect_shape(spec, 3 + rule.states, Shape{});
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_optimizer_update(const OpSpec& spec) {
  return std::make_unique<OptimizerUpdateOp>(spec, find_optimizer_rule(spec.op));
}

}  // namespace fastcnn::ops
