#include "engine/refusals.h"

namespace fastcnn::engine {

std::vector<Refusal> refusals(const PlanSpec& spec) {
  std::vector<Refusal> found;
  for (const NodeSpec& node : spec.nodes) {
    ops::OpSpec op{node.op, node.attributes, {}, {}, spec.options};
    for (const std::size_t v : node.inputs) op.inputs.push_back(spec.values[v].desc);
    for (const std::size_t v : node.outputs) op.outputs.push_back(spec.values[v].desc);
    try {
      ops::choose(op);
    } catch (const Error& error) {
      found.push_back({node.name, error.what()});
    }
  }
  return found;
}

}  // namespace fastcnn::engine
