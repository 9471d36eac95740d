#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/plan_spec.h"
#include "ops/operator.h"

namespace fastcnn::engine {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// One form of one value in memory: a layout of it, or a packed copy.
struct Tensor {
  std::size_t value;  // index into PlanSpec::values
  TensorDesc desc;
  std::size_t size_bytes;
  std::shared_ptr<const void> held;  // made when the plan was built, from constants
};

// One call of one operator.
struct Step {
  std::string name;  // of the node; conversions carry the name of the value they convert
  std::string op;
  std::string why;  // what better implementations refused
  std::unique_ptr<ops::Operator> run;
  std::vector<std::size_t> inputs;   // tensors
  std::vector<std::size_t> outputs;  // tensors
  std::vector<std::size_t> packed;   // tensors
  std::vector<Step> parts = {};      // the steps whose work this one does, if there are several
};

// The steps of a plan before memory is assigned.
struct Program {
  std::vector<Tensor> tensors;
  std::vector<Step> steps;
  std::vector<std::size_t> plain;  // for each value: its tensor in the layout it was born with
};

// Chooses an implementation for every node and inserts the conversions between layouts and the
// packings of weights. What depends on constants alone is done at once, through the cache.
Program lower(const PlanSpec& spec);

// Lets convolutions that can write the maxima of a pooling do so where nothing else reads them.
void join_pooling(const PlanSpec& spec, Program& program);

// Lets convolutions whose results are too large for the caches run together with the one that reads
// them, band by band.
void join_bands(const PlanSpec& spec, Program& program);

// An operator that copies a plain tensor.
std::unique_ptr<ops::Operator> make_copy(const TensorDesc& desc);

}  // namespace fastcnn::engine
