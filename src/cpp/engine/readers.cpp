#include "engine/readers.h"

#include <utility>

#include "base/error.h"

namespace fastcnn::engine {

Readers::Readers(const PlanSpec& spec, const Program& program)
    : program_(program), of_(program.tensors.size()) {
  for (std::size_t s = 0; s < program.steps.size(); ++s) {
    for (const auto* tensors : {&program.steps[s].inputs, &program.steps[s].packed}) {
      for (const std::size_t t : *tensors) of_[t].push_back(s);
    }
  }
  for (const std::size_t v : spec.outputs) of_[program.plain[v]].push_back(kNone);
  for (const auto& [state, now] : spec.updates) of_[program.plain[now]].push_back(kNone);
}

std::size_t Readers::only_reader(std::size_t s) const {
  const Step& step = program_.steps[s];
  if (step.outputs.size() != 1) return kNone;
  const std::vector<std::size_t>& readers = of_[step.outputs[0]];
  if (readers.size() != 1 || readers[0] == kNone) return kNone;
  return program_.steps[readers[0]].inputs[0] == step.outputs[0] ? readers[0] : kNone;
}

void put_together(Program& program, const std::vector<std::size_t>& chain,
                  std::unique_ptr<ops::Operator> run, const std::string& why) {
  std::vector<Step>& steps = program.steps;
  Step joined{"", steps[chain[0]].op, "", std::move(run), {}, {}, {}, {}};
  for (const std::size_t s : chain) {
    Step& step = steps[s];
    joined.name += (joined.name.empty() ? "" : " + ") + step.name;
    const bool first = s == chain.front();
    joined.inputs.insert(joined.inputs.end(), step.inputs.begin() + (first ? 0 : 1),
                         step.inputs.end());
    joined.packed.insert(joined.packed.end(), step.packed.begin(), step.packed.end());
    joined.outputs = step.outputs;
    step.why += join(step.why.empty() ? "" : "; ", why);
    joined.parts.push_back(std::move(step));
  }
  steps[chain.back()] = std::move(joined);
}

void drop_empty(Program& program) {
  std::vector<Step> left;
  for (Step& step : program.steps) {
    if (step.run != nullptr) left.push_back(std::move(step));
  }
  program.steps = std::move(left);
}

}  // namespace fastcnn::engine
