#include <algorithm>

#include "cuda/engine/program.h"
#include "cuda/ops/moves.h"

namespace fastcnn::cuda {
namespace {

using Updates = std::vector<std::pair<std::size_t, std::size_t>>;

class Placing {
 public:
  Placing(const engine::PlanSpec& spec, Program& program) : spec_(spec), program_(program) {}

  void run(Updates updates) {
    // What a parameter was before may be a result, or what another one becomes.
    for (std::size_t& output : program_.outputs) output = kept(output);
    for (auto& [state, now] : updates) {
      if (storage(now) != storage(state)) now = kept(now);
    }
    for (const auto& [state, now] : updates) {
      if (storage(now) != storage(state) && !write_over(state, now)) append_copy(now, state);
    }
  }

 private:
  std::size_t storage(std::size_t tensor) const { return program_.tensors[tensor].storage; }

  // A tensor with the numbers that `tensor` has now, whatever updates write.
  std::size_t kept(std::size_t tensor) {
    if (program_.homes[storage(tensor)] != Home::kState) return tensor;
    program_.homes.push_back(Home::kArena);
    program_.tensors.push_back(program_.tensors[tensor]);
    program_.tensors.back().storage = program_.homes.size() - 1;
    append_copy(tensor, program_.tensors.size() - 1);
    return program_.tensors.size() - 1;
  }

  void append_copy(std::size_t from, std::size_t to) {
    const Tensor& tensor = program_.tensors[to];
    program_.steps.push_back({spec_.values[tensor.value].name,
                              "copy",
                              make_copy(tensor.size_bytes),
                              {from},
                              {to},
                              {},
                              ""});
  }

  // Lets the step that computes `now` write over `state`, where it is the last to read that.
  bool write_over(std::size_t state, std::size_t now) {
    const std::size_t old = storage(state);
    const std::size_t made = storage(now);
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

  std::size_t count(const std::vector<std::size_t>& tensors, std::size_t where) const {
    return static_cast<std::size_t>(std::count_if(
        tensors.begin(), tensors.end(),
        [&](std::size_t tensor) { return tensor != kNone && storage(tensor) == where; }));
  }

  bool touches(const Step& step, std::size_t where) const {
    return count(step.inputs, where) + count(step.outputs, where) + count(step.packed, where) != 0;
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

  const engine::PlanSpec& spec_;
  Program& program_;
};

}  // namespace

void place_updates(const engine::PlanSpec& spec, Program& program, const Updates& updates) {
  Placing(spec, program).run(updates);
}

}  // namespace fastcnn::cuda
