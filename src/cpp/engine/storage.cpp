#include "engine/storage.h"

#include <algorithm>

namespace fastcnn::engine {
namespace {

class Assignment {
 public:
  Assignment(const PlanSpec& spec, Program& program) : spec_(spec), program_(program) {}

  StoragePlan run() {
    create();
    share_aliases();
    measure_lifetimes();
    place_outputs();
    if (!spec_.guard) place_parts();
    work_in_place();
    append_update_copies();
    return std::move(plan_);
  }

 private:
  Storage& of(std::size_t tensor) { return plan_.storages[plan_.of_tensor[tensor]]; }

  void create() {
    for (std::size_t t = 0; t < program_.tensors.size(); ++t) {
      const Tensor& tensor = program_.tensors[t];
      Storage storage;
      storage.size_bytes = tensor.size_bytes;
      if (tensor.held) {
        storage.kind = Storage::Kind::kFixed;
        storage.fixed = tensor.held.get();
      }
      plan_.storages.push_back(storage);
      plan_.of_tensor.push_back(t);
      plan_.offset_of_tensor.push_back(0);
    }
    for (std::size_t i = 0; i < spec_.inputs.size(); ++i) {
      Storage& storage = of(program_.plain[spec_.inputs[i]]);
      storage.kind = Storage::Kind::kInput;
      storage.index = i;
    }
    for (std::size_t v = 0; v < spec_.values.size(); ++v) {
      if (spec_.values[v].role != Role::kState) continue;
      Storage& storage = of(program_.plain[v]);
      storage.kind = Storage::Kind::kFixed;
      storage.fixed = spec_.values[v].data.get();
    }
  }

  // Whether `tensor` fills its storage.
  bool whole(std::size_t tensor) {
    return plan_.offset_of_tensor[tensor] == 0 &&
           of(tensor).size_bytes == program_.tensors[tensor].size_bytes;
  }

  // Makes tensor `b`, and whatever shares its memory, lie where `a` does, `offset` bytes further.
  void merge(std::size_t a, std::size_t b, std::size_t offset = 0) {
    const std::size_t to = plan_.of_tensor[a];
    const std::size_t from = plan_.of_tensor[b];
    if (to == from) return;
    Storage& kept = plan_.storages[to];
    const Storage& gone = plan_.storages[from];
    offset += plan_.offset_of_tensor[a];
    kept.size_bytes = std::max(kept.size_bytes, offset + gone.size_bytes);
    kept.first = std::min(kept.first, gone.first);
    kept.last = std::max(kept.last, gone.last);
    for (std::size_t t = 0; t < plan_.of_tensor.size(); ++t) {
      if (plan_.of_tensor[t] != from) continue;
      plan_.of_tensor[t] = to;
      plan_.offset_of_tensor[t] += offset;
    }
  }

  void share_aliases() {
    for (const Step& step : program_.steps) {
      if (step.run->alias) merge(step.inputs[0], step.outputs[0], step.run->alias_offset);
    }
  }

  void measure_lifetimes() {
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      const Step& step = program_.steps[s];
      for (const auto* tensors : {&step.inputs, &step.packed, &step.outputs}) {
        for (const std::size_t t : *tensors) {
          Storage& storage = of(t);
          storage.first = std::min(storage.first, s);
          storage.last = std::max(storage.last, s);
        }
      }
    }
  }

  bool is_update(std::size_t value) const {
    for (const auto& [state, now] : spec_.updates) {
      if (now == value) return true;
    }
    return false;
  }

  // A result is written straight to the caller's memory where nothing else claims its storage.
  void place_outputs() {
    for (std::size_t i = 0; i < spec_.outputs.size(); ++i) {
      const std::size_t value = spec_.outputs[i];
      const std::size_t tensor = program_.plain[value];
      Storage& storage = of(tensor);
      if (storage.kind == Storage::Kind::kArena && !is_update(value) && whole(tensor)) {
        storage.kind = Storage::Kind::kOutput;
        storage.index = i;
        storage.last = kNone;
      } else {
        const std::size_t copy = append_copy(tensor, value);
        of(copy).kind = Storage::Kind::kOutput;
        of(copy).index = i;
      }
    }
  }

  // Lets the inputs of a concatenation be written where its output will lie. From the last one to
  // the first, so that in a chain of them every part goes to its final place at once; where all
  // inputs lie side by side already, for the sake of a later and longer one, so does the output.
  void place_parts() {
    for (std::size_t s = program_.steps.size(); s-- > 0;) {
      const Step& step = program_.steps[s];
      const std::vector<std::size_t>& offsets = step.run->part_offsets;
      if (offsets.empty() || !may_move(step.outputs[0])) continue;
      const std::size_t dst = step.outputs[0];
      if (side_by_side(step)) {
        merge(step.inputs[0], dst);
        continue;
      }
      for (std::size_t i = 0; i < offsets.size(); ++i) {
        if (may_move(step.inputs[i])) merge(dst, step.inputs[i], offsets[i]);
      }
    }
  }

  bool may_move(std::size_t tensor) {
    return of(tensor).kind == Storage::Kind::kArena && whole(tensor);
  }

  bool side_by_side(const Step& step) {
    const std::size_t first = step.inputs[0];
    if (of(first).kind != Storage::Kind::kArena) return false;
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      const std::size_t t = step.inputs[i];
      if (plan_.of_tensor[t] != plan_.of_tensor[first] ||
          plan_.offset_of_tensor[t] != plan_.offset_of_tensor[first] + step.run->part_offsets[i]) {
        return false;
      }
    }
    return true;
  }

  void work_in_place() {
    for (std::size_t s = 0; s < program_.steps.size(); ++s) {
      const Step& step = program_.steps[s];
      for (const ops::InPlace& pair : step.run->in_place) {
        const std::size_t src = step.inputs[pair.input];
        const std::size_t dst = step.outputs[pair.output];
        if (of(dst).kind != Storage::Kind::kArena || of(src).last != s) continue;
        if (!whole(src) || !whole(dst)) continue;
        if (program_.tensors[src].size_bytes != program_.tensors[dst].size_bytes) continue;
        if (reads_twice(step, src) || taken(step, src, dst)) continue;
        if (of(src).kind == Storage::Kind::kArena || is_update_of(dst, src)) merge(src, dst);
      }
    }
  }

  // Whether another input of the step lies in the same memory as tensor `src`.
  bool reads_twice(const Step& step, std::size_t src) {
    std::size_t count = 0;
    for (const std::size_t t : step.inputs) count += plan_.of_tensor[t] == plan_.of_tensor[src];
    return count > 1;
  }

  // Whether `dst` already lies on an input of the step, or an output of it on `src`.
  bool taken(const Step& step, std::size_t src, std::size_t dst) {
    const auto lies_on = [&](std::size_t a) {
      return [this, a](std::size_t b) { return plan_.of_tensor[a] == plan_.of_tensor[b]; };
    };
    return std::any_of(step.inputs.begin(), step.inputs.end(), lies_on(dst)) ||
           std::any_of(step.outputs.begin(), step.outputs.end(), lies_on(src));
  }

  bool is_update_of(std::size_t now, std::size_t state) const {
    for (const auto& [old, next] : spec_.updates) {
      if (program_.plain[old] == state && program_.plain[next] == now) return true;
    }
    return false;
  }

  void append_update_copies() {
    for (const auto& [state, now] : spec_.updates) {
      const std::size_t to = program_.plain[state];
      const std::size_t from = program_.plain[now];
      if (plan_.of_tensor[to] == plan_.of_tensor[from]) continue;
      const std::size_t copy = append_copy(from, state);
      plan_.of_tensor[copy] = plan_.of_tensor[to];
    }
  }

  // Appends a step that copies `tensor`; gives the copy's tensor, which has a storage of its own.
  std::size_t append_copy(std::size_t tensor, std::size_t value) {
    const std::size_t copy = program_.tensors.size();
    const std::size_t step = program_.steps.size();
    program_.tensors.push_back(program_.tensors[tensor]);
    program_.tensors[copy].held.reset();
    program_.steps.push_back({spec_.values[value].name,
                              "copy",
                              "",
                              make_copy(program_.tensors[tensor].desc),
                              {tensor},
                              {copy},
                              {}});
    Storage storage;
    storage.size_bytes = program_.tensors[copy].size_bytes;
    storage.first = step;
    storage.last = kNone;
    plan_.storages.push_back(storage);
    plan_.of_tensor.push_back(plan_.storages.size() - 1);
    plan_.offset_of_tensor.push_back(0);
    of(tensor).last = std::max(of(tensor).last, step);
    return copy;
  }

  const PlanSpec& spec_;
  Program& program_;
  StoragePlan plan_;
};

}  // namespace

StoragePlan assign_storage(const PlanSpec& spec, Program& program) {
  return Assignment(spec, program).run();
}

}  // namespace fastcnn::engine
