#include <algorithm>

#include "cuda/engine/program.h"
#include "cuda/ops/moves.h"

namespace fastcnn::cuda {
namespace {

using Updates = std::vector<std::pair<std::size_t, std::size_t>>;

class Placing {
 public:
  Placing(Program& program, const Updates& updates) : program_(program), updates_(updates) {}

  // Lets the step that computes `now` write over `state`, where it is the last to read that.
  bool write_over(std::size_t state, std::size_t now) {
    const std::size_t old = storage(state);
    const std::size_t made = storage(now);
    if (program_.homes[made] != Home::kArena || is_read_at_the_end(old)) return false;
    const std::size_t maker = maker_of(made);
    if (maker == kNone || !may_write_over(program_.steps[maker], made, old)) return false;
    for (std::size_t s = maker + 1; s < program_.steps.size(); ++s) {
      if (touches(program_.steps[s], old)) return false;
    }
    for (Tensor& tensor : program_.tensors) {
      if (tensor.storage == made) tensor.storage = old;
    }
    return true;
  }

 private:
  std::size_t storage(std::size_t tensor) const { return program_.tensors[tensor].storage; }

  std::size_t count(const std::vector<std::size_t>& tensors, std::size_t storage_) const {
    return static_cast<std::size_t>(std::count_if(
        tensors.begin(), tensors.end(),
        [&](std::size_t tensor) { return tensor != kNone && storage(tensor) == storage_; }));
  }

  bool touches(const Step& step, std::size_t storage_) const {
    return count(step.inputs, storage_) + count(step.outputs, storage_) +
               count(step.packed, storage_) !=
           0;
  }

  // Whether what a parameter was before is a result, or what another one becomes.
  bool is_read_at_the_end(std::size_t old) const {
    return count(program_.outputs, old) != 0 ||
           std::any_of(updates_.begin(), updates_.end(),
                       [&](const auto& update) { return storage(update.second) == old; });
  }

  std::size_t maker_of(std::size_t made) const {
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      if (!program_.steps[s].run->alias && count(program_.steps[s].outputs, made) != 0) return s;
    }
    return kNone;
  }

  bool may_write_over(const Step& step, std::size_t made, std::size_t old) const {
    if (count(step.inputs, old) != 1 || count(step.outputs, old) != 0) return false;
    return std::any_of(
        step.run->in_place.begin(), step.run->in_place.end(), [&](const InPlace& pair) {
          return storage(step.outputs[pair.output]) == made && step.inputs[pair.input] != kNone &&
                 storage(step.inputs[pair.input]) == old;
        });
  }

  Program& program_;
  const Updates& updates_;
};

}  // namespace

void place_updates(const engine::PlanSpec& spec, Program& program, const Updates& updates) {
  for (const auto& [state, now] : updates) {
    if (Placing(program, updates).write_over(state, now)) continue;
    const Tensor& tensor = program.tensors[state];
    program.steps.push_back(
        {spec.values[tensor.value].name, "copy", make_copy(tensor.size_bytes), {now}, {state}, {}});
  }
}

}  // namespace fastcnn::cuda
