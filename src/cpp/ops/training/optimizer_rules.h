#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/optimizer_update/optimizer_update.h"
#include "ops/operator.h"

// What tells one update operation from another: its kernel, and the numbers a step gives to it.
namespace fastcnn::ops {

// The attributes of all of them; those that an operation does not have are 0.
struct RuleNumbers {
  double momentum;
  double rho;
  double beta1;
  double beta2;
  double epsilon;
  double momentum_decay;
};

struct OptimizerRule {
  const char* op;
  kernels::OptimizerKind kind;
  std::size_t states;
  bool takes_step;
  double flops;  // a weight
  // Fills in what depends on the learning rate and on the step, which counts from 1.
  void (*prepare)(const RuleNumbers& n, double lr, double step, kernels::OptimizerUpdate& u);
};

// An update operation as its node has it: inputs w, g, the states, lr (and step), outputs w and the
// states.
class OptimizerNode {
 public:
  // Checks the whole node; an internal error for one that is no update.
  explicit OptimizerNode(const OpSpec& spec);

  const OptimizerRule& rule() const { return rule_; }
  kernels::OptimizerKind kind() const { return kind_; }
  std::size_t states() const { return rule_.states; }
  std::size_t lr_input() const { return 2 + rule_.states; }
  std::size_t step_input() const { return 3 + rule_.states; }

  // What the kernel is told beside the arrays; `step` is not looked at where the rule takes none.
  kernels::OptimizerUpdate at(float lr, const std::int32_t* step) const;

 private:
  const OptimizerRule& rule_;
  kernels::OptimizerKind kind_;
  RuleNumbers numbers_;
  double weight_decay_;
  kernels::OptimizerUpdate constants_{};
};

}  // namespace fastcnn::ops
