#include "ops/training/optimizer_rules.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string>

#include "ops/checks.h"

namespace fastcnn::ops {
namespace {

using kernels::OptimizerKind;
using kernels::OptimizerUpdate;

// The average k keeps this share of itself.
void keep(OptimizerUpdate& u, std::size_t k, double share) {
  u.keep[k] = static_cast<float>(share);
  u.add[k] = static_cast<float>(1.0 - share);
}

void rate(OptimizerUpdate& u, double lr0, double lr1 = 0.0) {
  u.lr[0] = static_cast<float>(lr0);
  u.lr[1] = static_cast<float>(lr1);
}

void momentum(const RuleNumbers& n, double lr, double, OptimizerUpdate& u) {
  u.momentum = static_cast<float>(n.momentum);
  rate(u, lr);
}

void adagrad(const RuleNumbers&, double lr, double, OptimizerUpdate& u) { rate(u, lr); }

void adadelta(const RuleNumbers& n, double lr, double, OptimizerUpdate& u) {
  keep(u, 0, n.rho);
  rate(u, lr);
}

void rmsprop(const RuleNumbers& n, double lr, double step, OptimizerUpdate& u) {
  keep(u, 0, n.rho);
  momentum(n, lr, step, u);
}

void averages(const RuleNumbers& n, OptimizerUpdate& u) {
  keep(u, 0, n.beta1);
  keep(u, 1, n.beta2);
}

void lion(const RuleNumbers& n, double lr, double, OptimizerUpdate& u) {
  averages(n, u);
  rate(u, lr);
}

void adamax(const RuleNumbers& n, double lr, double step, OptimizerUpdate& u) {
  averages(n, u);
  rate(u, lr / (1.0 - std::pow(n.beta1, step)));
}

// The average of squares lacks this factor: it began at zero.
double squares(const RuleNumbers& n, double step) { return 1.0 - std::pow(n.beta2, step); }

void adam(const RuleNumbers& n, double lr, double step, OptimizerUpdate& u) {
  averages(n, u);
  rate(u, lr * std::sqrt(squares(n, step)) / (1.0 - std::pow(n.beta1, step)));
}

// Where epsilon is added to the root of the unbiased average.
void scale_epsilon(const RuleNumbers& n, double step, OptimizerUpdate& u) {
  u.epsilon = static_cast<float>(n.epsilon * std::sqrt(squares(n, step)));
}

void direction(const RuleNumbers& n, double lr, double step, OptimizerUpdate& u) {
  adam(n, lr, step, u);
  scale_epsilon(n, step, u);
}

// Momenta mu(i) = beta1 (1 - 0.96^(i momentum_decay) / 2) and their product up to the step, which
// is taken for 0 once it no longer changes 1 - product.
void nadam(const RuleNumbers& n, double lr, double step, OptimizerUpdate& u) {
  const double decay = std::pow(0.96, n.momentum_decay);
  double power = decay;
  double product = n.beta1 * (1.0 - 0.5 * power);
  for (double i = 1; i < step && product > 1e-20; ++i) {
    power *= decay;
    product *= n.beta1 * (1.0 - 0.5 * power);
  }
  const double now = n.beta1 * (1.0 - 0.5 * std::pow(decay, step));
  const double next = n.beta1 * (1.0 - 0.5 * std::pow(decay, step + 1));
  const double root = std::sqrt(squares(n, step));
  averages(n, u);
  scale_epsilon(n, step, u);
  rate(u, lr * root * next / (1.0 - product * next), lr * root * (1.0 - now) / (1.0 - product));
}

// Divides by the root of the squares only where their average is of enough steps (rho > 5).
void radam(const RuleNumbers& n, double lr, double step, OptimizerUpdate& u) {
  const double unbiased = lr / (1.0 - std::pow(n.beta1, step));
  const double last = 2.0 / (1.0 - n.beta2) - 1.0;
  const double rho = last - 2.0 * step * std::pow(n.beta2, step) / squares(n, step);
  averages(n, u);
  if (rho <= 5.0) return rate(u, 0.0, unbiased);
  const double certainty = (rho - 4.0) * (rho - 2.0) * last / ((last - 4.0) * (last - 2.0) * rho);
  rate(u, unbiased * std::sqrt(certainty * squares(n, step)));
}

constexpr OptimizerRule kRules[] = {
    {"sgd_update", OptimizerKind::kSgd, 1, false, 8, momentum},
    {"adagrad_update", OptimizerKind::kAdagrad, 1, false, 11, adagrad},
    {"adadelta_update", OptimizerKind::kAdadelta, 2, false, 18, adadelta},
    {"rmsprop_update", OptimizerKind::kRmsprop, 2, false, 15, rmsprop},
    {"adamax_update", OptimizerKind::kAdamax, 2, true, 16, adamax},
    {"lion_update", OptimizerKind::kLion, 1, false, 14, lion},
    {"adam_update", OptimizerKind::kAdam, 2, true, 20, adam},
    {"nadam_update", OptimizerKind::kNadam, 2, true, 22, nadam},
    {"radam_update", OptimizerKind::kRadam, 2, true, 21, radam},
    {"adam_direction", OptimizerKind::kDirection, 2, true, 19, direction},
};

const OptimizerRule& find_rule(const std::string& op) {
  const auto* found = std::find_if(std::begin(kRules), std::end(kRules),
                                   [&](const OptimizerRule& rule) { return op == rule.op; });
  require(found != std::end(kRules), ErrorKind::kInternal, op, ": is no optimiser");
  return *found;
}

void check_node(const OpSpec& spec, const OptimizerRule& rule) {
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
}

}  // namespace

OptimizerNode::OptimizerNode(const OpSpec& spec) : rule_(find_rule(spec.op)), kind_(rule_.kind) {
  check_node(spec, rule_);
  const auto get = [&](const char* name) { return spec.attributes.get_float(name, 0.0); };
  const auto is_set = [&](const char* name) { return spec.attributes.get_int(name, 0) != 0; };
  if (kind_ == OptimizerKind::kSgd && is_set("nesterov")) kind_ = OptimizerKind::kNesterov;
  numbers_ = {get("momentum"), get("rho"),     get("beta1"),
              get("beta2"),    get("epsilon"), get("momentum_decay")};
  weight_decay_ = get("weight_decay");
  constants_.hold_zeros = is_set("hold_zeros");
  constants_.l1 = static_cast<float>(get("l1"));
  constants_.l2 = static_cast<float>(get("l2"));
  constants_.epsilon = static_cast<float>(get("epsilon"));
}

OptimizerUpdate OptimizerNode::at(float lr, const std::int32_t* step) const {
  OptimizerUpdate update = constants_;
  const double count = rule_.takes_step ? static_cast<double>(*step) : 0.0;
  require(!rule_.takes_step || count >= 1, ErrorKind::kValue, rule_.op, ": step is ", count,
          ", it counts from 1");
  rule_.prepare(numbers_, static_cast<double>(lr), count, update);
  update.decay = static_cast<float>(static_cast<double>(lr) * weight_decay_);
  return update;
}

}  // namespace fastcnn::ops
