#include "kernels/optimizer_update/optimizer_update.h"

#include <algorithm>
#include <cmath>

#include "ops/checks.h"
#include "ops/operator.h"
#include "ops/split.h"

// sgd_update, adagrad_update, rmsprop_update, adam_update: inputs w, g, the states, lr (and step),
// outputs w and the states. Everything is plain: weights have no blocked layout.
namespace fastcnn::ops {
namespace {

using kernels::OptimizerKind;
using kernels::OptimizerUpdate;

float get(const OpSpec& spec, const char* name, double otherwise) {
  return static_cast<float>(spec.attributes.get_float(name, otherwise));
}

struct Rule {
  const char* op;
  OptimizerKind kind;
  std::size_t states;
  bool takes_step;
  double flops;  // a weight
};

constexpr Rule kRules[] = {
    {"sgd_update", OptimizerKind::kSgd, 1, false, 8},
    {"adagrad_update", OptimizerKind::kAdagrad, 1, false, 11},
    {"rmsprop_update", OptimizerKind::kRmsprop, 2, false, 15},
    {"adam_update", OptimizerKind::kAdam, 2, true, 20},
};

const Rule& rule_of(const OpSpec& spec) {
  const auto* found = std::find_if(std::begin(kRules), std::end(kRules),
                                   [&](const Rule& rule) { return spec.op == rule.op; });
  require(found != std::end(kRules), ErrorKind::kInternal, spec.op, ": is no optimiser");
  return *found;
}

OptimizerKind kind_of(const OpSpec& spec, const Rule& rule) {
  const bool nesterov = spec.attributes.get_int("nesterov", 0) != 0;
  return rule.kind == OptimizerKind::kSgd && nesterov ? OptimizerKind::kNesterov : rule.kind;
}

class OptimizerUpdateOp final : public Operator {
 public:
  OptimizerUpdateOp(const OpSpec& spec, const Rule& rule)
      : kernel_(kernels::select_optimizer_update(kind_of(spec, rule))),
        states_(rule.states),
        count_(spec.inputs[0].shape.count()),
        weight_decay_(spec.attributes.get_float("weight_decay", 0.0)) {
    constants_.hold_zeros = spec.attributes.get_int("hold_zeros", 0) != 0;
    constants_.l1 = get(spec, "l1", 0.0);
    constants_.l2 = get(spec, "l2", 0.0);
    constants_.momentum = get(spec, "momentum", 0.0);
    constants_.epsilon = get(spec, "epsilon", 0.0);
    if (rule.kind == OptimizerKind::kRmsprop) set_decay(0, spec.attributes.get_float("rho"));
    if (rule.kind == OptimizerKind::kAdam) {
      set_decay(0, beta_[0] = spec.attributes.get_float("beta1"));
      set_decay(1, beta_[1] = spec.attributes.get_float("beta2"));
    }

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

  void set_decay(std::size_t k, double keep) {
    constants_.keep[k] = static_cast<float>(keep);
    constants_.add[k] = static_cast<float>(1.0 - keep);
  }

  OptimizerUpdate with_rate(const RunArgs& args) const {
    OptimizerUpdate update = constants_;
    const double lr = static_cast<double>(*args.src(2 + states_));
    double rate = lr;
    if (beta_[0] >= 0.0) {
      const auto step = static_cast<double>(*static_cast<const std::int32_t*>(args.inputs[5]));
      require(step >= 1, ErrorKind::kValue, "adam_update: step is ", step, ", it counts from 1");
      rate *= std::sqrt(1.0 - std::pow(beta_[1], step)) / (1.0 - std::pow(beta_[0], step));
    }
    update.lr = static_cast<float>(rate);
    update.decay = static_cast<float>(lr * weight_decay_);
    return update;
  }

  const kernels::OptimizerUpdateKernel& kernel_;
  std::size_t states_;
  std::int64_t count_;
  double weight_decay_;
  double beta_[2] = {-1.0, -1.0};  // of Adam alone
  OptimizerUpdate constants_{};
};

}  // namespace

std::optional<std::string> refuse_optimizer_update(const OpSpec& spec) {
  const Rule& rule = rule_of(spec);
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
  return std::make_unique<OptimizerUpdateOp>(spec, rule_of(spec));
}

}  // namespace fastcnn::ops
