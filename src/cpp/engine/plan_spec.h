#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/attributes.h"
#include "base/tensor_desc.h"
#include "engine/choice_table.h"
#include "engine/pack_cache.h"
#include "ops/operator.h"

namespace fastcnn::engine {

// Where a value's numbers come from.
enum class Role {
  kInput,     // the caller, at each run
  kConstant,  // `data`, for ever
  kState,     // `data`, replaced by updates
  kComputed,  // a node
};

struct ValueSpec {
  std::string name;
  TensorDesc desc;  // plain
  Role role = Role::kComputed;
  std::shared_ptr<void> data;  // kConstant and kState: shared with the caller
};

struct NodeSpec {
  std::string name;
  std::string op;
  std::vector<std::size_t> inputs;  // indices into PlanSpec::values
  std::vector<std::size_t> outputs;
  Attributes attributes;
};

// Makes the operator of a node that no implementation takes, for the caller to run in its own way.
using HostFactory =
    std::function<std::unique_ptr<ops::Operator>(const NodeSpec& node, const ops::OpSpec& spec)>;

// A graph with every shape known, as numbers.
struct PlanSpec {
  std::vector<ValueSpec> values;
  std::vector<NodeSpec> nodes;  // in an order in which they can run
  std::vector<std::size_t> inputs;
  std::vector<std::size_t> outputs;
  std::vector<std::pair<std::size_t, std::size_t>> updates;  // (state, its new value)
  std::size_t threads = 1;
  // Every buffer apart, poisoned with NaN and fenced; each step's fences are checked after it.
  bool guard = false;
  ops::PlanOptions options;
  HostFactory host;  // empty: what no implementation takes is an error
  std::shared_ptr<PackCache> cache;
  std::shared_ptr<ChoiceTable> choices;  // null: implementations are chosen by their order alone
};

}  // namespace fastcnn::engine
