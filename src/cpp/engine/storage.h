#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan_spec.h"
#include "engine/program.h"

namespace fastcnn::engine {

// A place in memory that one or several tensors use, one after the other.
struct Storage {
  enum class Kind { kArena, kInput, kOutput, kFixed };

  Kind kind = Kind::kArena;
  std::size_t index = 0;        // kInput, kOutput: which one
  const void* fixed = nullptr;  // kFixed: constants and state
  std::size_t size_bytes = 0;
  std::size_t first = kNone;  // step that writes it
  std::size_t last = 0;       // last step that reads it
};

struct StoragePlan {
  std::vector<Storage> storages;
  std::vector<std::size_t> of_tensor;         // tensor -> storage
  std::vector<std::size_t> offset_of_tensor;  // tensor -> bytes into its storage
};

// Decides which tensors share memory: aliases, parts written where the whole will lie, operators
// that work in place, state updated where it lies, and results written straight to the caller.
// Appends copies to `program` for the results and updates that cannot be.
StoragePlan assign_storage(const PlanSpec& spec, Program& program);

}  // namespace fastcnn::engine
