#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cuda/ops/operator.h"
#include "engine/plan_spec.h"

namespace fastcnn::cuda {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// A value in one layout.
struct Tensor {
  std::size_t value;
  Layout layout;
  std::size_t size_bytes;
  std::size_t storage;  // tensors that are aliases of each other share one
};

struct Step {
  std::string name;
  std::string op;
  std::unique_ptr<Operator> run;
  std::vector<std::size_t> inputs;  // tensors; kNone for what is not read
  std::vector<std::size_t> outputs;
};

// A graph as steps over tensors.
struct Program {
  std::vector<Tensor> tensors;
  std::vector<Step> steps;
  std::size_t storages = 0;
  std::vector<std::size_t> inputs;     // plain tensors, in the order of the spec
  std::vector<std::size_t> outputs;    // plain tensors
  std::vector<std::size_t> constants;  // plain tensors that a step reads
};

// Chooses an implementation for every node and the steps that convert layouts between them. Throws
// kUnsupported, naming every node that no implementation takes.
Program lower(const engine::PlanSpec& spec);

}  // namespace fastcnn::cuda
