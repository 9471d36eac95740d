#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cuda/ops/operator.h"
#include "engine/plan_spec.h"

namespace fastcnn::cuda {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// A value in one layout, or a packed copy of it.
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
  std::vector<std::size_t> packed;
  std::string why;  // this implementation was chosen, where others could have been
};

// Where a storage lies.
enum class Home {
  kArena,     // in the arena, while it is needed
  kConstant,  // the caller's numbers, copied to the device once
  kDerived,   // computed from constants, once
  kState,     // what updates write to, from run to run
};

// A graph as steps over tensors.
struct Program {
  std::vector<Tensor> tensors;
  std::vector<Step> prologue;  // what depends on constants alone
  std::vector<Step> steps;
  std::vector<Home> homes;           // of each storage
  std::vector<std::size_t> plain;    // of each value that no node makes: its tensor
  std::vector<std::size_t> inputs;   // plain tensors, in the order of the spec
  std::vector<std::size_t> outputs;  // plain tensors
};

// Chooses an implementation for every node, by the times in `spec.choices` where there is such a
// table, the steps that convert layouts between them and pack
// weights, and where updates write. Throws kUnsupported, naming every node that no implementation
// takes.
Program lower(const engine::PlanSpec& spec);

// Lets updates be written over what they replace, and appends a copy for each that cannot be.
void place_updates(const engine::PlanSpec& spec, Program& program,
                   const std::vector<std::pair<std::size_t, std::size_t>>& updates);

}  // namespace fastcnn::cuda
