#pragma once

#include <cstddef>
#include <string>

#include "base/attributes.h"
#include "kernels/optimizer_update/optimizer_update.h"

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

RuleNumbers read_rule_numbers(const Attributes& attributes);

// The rule of an operation; an internal error for one that is no update.
const OptimizerRule& find_optimizer_rule(const std::string& op);

}  // namespace fastcnn::ops
