#include "cuda/engine/plan.h"

#include <algorithm>
#include <utility>

#include "engine/memory_plan.h"

namespace fastcnn::cuda {
namespace {

using engine::Lifetime;
using engine::Role;

engine::PlanSpec on_device(engine::PlanSpec spec) {
  require_device();
  return spec;
}

// Calls `visit` with each tensor that the step reads or writes on the device.
template <typename Visit>
void for_each_tensor(const Step& step, Visit&& visit) {
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    if (step.inputs[i] != kNone && step.run->input_layouts[i] != Layout::kHost) {
      visit(step.inputs[i]);
    }
  }
  for (const auto* tensors : {&step.outputs, &step.packed}) {
    for (const std::size_t tensor : *tensors) visit(tensor);
  }
}

}  // namespace

Plan::Plan(engine::PlanSpec spec, std::shared_ptr<State> state, bool graphs)
    : spec_(on_device(std::move(spec))),
      device_(current_device()),
      state_(std::move(state)),
      program_(lower(spec_)),
      read_on_host_(read_on_host()),
      // What is read on the host becomes an argument of a kernel, which a graph would keep.
      use_graphs_(graphs && std::none_of(read_on_host_.begin(), read_on_host_.end(),
                                         [](bool host) { return host; })) {
  place();
  upload();
  derive();
}

Plan::~Plan() {
  try {
    done_.synchronize();
  } catch (...) {  // whoever runs next is told
  }
}

std::vector<bool> Plan::read_on_host() const {
  std::vector<bool> values(spec_.values.size(), false);
  for (const Step& step : program_.steps) {
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      if (step.inputs[i] == kNone || step.run->input_layouts[i] != Layout::kHost) continue;
      values[tensor(step.inputs[i]).value] = true;
    }
  }
  std::vector<bool> inputs;
  for (const std::size_t input : spec_.inputs) inputs.push_back(values[input]);
  return inputs;
}

// Gives memory to what lies in the arena, and to the scratch of each step.
void Plan::place() {
  const std::size_t end = program_.steps.size();
  const std::size_t storages = program_.homes.size();
  std::vector<Lifetime> lives(storages, {0, end, 0});
  const auto touch = [&](std::size_t tensor, std::size_t step) {
    const Tensor& t = program_.tensors[tensor];
    Lifetime& life = lives[t.storage];
    life.size_bytes = std::max(life.size_bytes, t.size_bytes);
    life.first = std::min(life.first, step);
    life.last = std::max(life.last, step);
  };
  for (const std::size_t tensor : program_.inputs) touch(tensor, 0);
  for (std::size_t s = 0; s < end; ++s) {
    for_each_tensor(program_.steps[s], [&](std::size_t tensor) { touch(tensor, s); });
    lives.push_back({program_.steps[s].run->scratch_bytes, s, s});
  }
  for (const std::size_t tensor : program_.outputs) touch(tensor, end);

  std::vector<void*> memory(lives.size(), nullptr);
  std::vector<std::size_t> placed;
  std::vector<Lifetime> lifetimes;
  for (std::size_t i = 0; i < lives.size(); ++i) {
    if (i < storages && program_.homes[i] != Home::kArena) continue;
    if (spec_.guard) {
      buffers_.emplace_back(lives[i].size_bytes);
      memory[i] = buffers_.back().data();
    } else {
      placed.push_back(i);
      lifetimes.push_back(lives[i]);
    }
  }
  const engine::MemoryPlan plan = engine::plan_memory(lifetimes);
  arena_bytes_ = plan.size_bytes;
  buffers_.emplace_back(arena_bytes_);
  auto* const arena = static_cast<char*>(buffers_.back().data());
  for (std::size_t i = 0; i < placed.size(); ++i) memory[placed[i]] = arena + plan.offsets[i];
  const auto scratch = memory.begin() + static_cast<std::ptrdiff_t>(storages);
  scratch_.assign(scratch, memory.end());
  memory_.assign(memory.begin(), scratch);
}

Plan::Pointers Plan::upload_tables(Step& step, std::vector<DeviceBuffer>& buffers) const {
  Pointers tables;
  for (const std::vector<std::byte>& table : step.run->tables) {
    buffers.emplace_back(table.data(), table.size());
    tables.push_back(buffers.back().data());
  }
  step.run->tables.clear();
  return tables;
}

// Copies to the device what stays there: tables, parameters, and constants that a step reads.
void Plan::upload() {
  std::vector<bool> needed(program_.homes.size(), false);
  const auto need = [&](std::size_t tensor) { needed[program_.tensors[tensor].storage] = true; };
  for (Step& step : program_.steps) {
    for_each_tensor(step, need);
    tables_.push_back(upload_tables(step, buffers_));
  }
  for (const std::size_t tensor : program_.outputs) need(tensor);
  host_.assign(spec_.values.size(), nullptr);
  for (std::size_t v = 0; v < spec_.values.size(); ++v) {
    const engine::ValueSpec& value = spec_.values[v];
    if (value.role != Role::kConstant && value.role != Role::kState) continue;
    host_[v] = value.data.get();
    const Tensor& tensor = program_.tensors[program_.plain[v]];
    if (value.role == Role::kState) {
      memory_[tensor.storage] = state_->at(value.data, tensor.size_bytes);
    } else if (needed[tensor.storage]) {
      buffers_.emplace_back(value.data.get(), tensor.size_bytes);
      memory_[tensor.storage] = buffers_.back().data();
    }
  }
}

// Runs the prologue. Constants that nothing else reads are on the device only meanwhile.
void Plan::derive() {
  std::vector<DeviceBuffer> meanwhile;
  Bound bound{memory_, {}, {}};
  for (Step& step : program_.prologue) {
    const Tensor& from = tensor(step.inputs[0]);
    const Tensor& to = tensor(step.outputs[0]);
    if (bound.memory[from.storage] == nullptr) {
      meanwhile.emplace_back(spec_.values[from.value].data.get(), from.size_bytes);
      bound.memory[from.storage] = meanwhile.back().data();
    }
    if (step.run->alias) continue;
    buffers_.emplace_back(to.size_bytes);
    bound.memory[to.storage] = memory_[to.storage] = buffers_.back().data();
    enqueue(step, bound, upload_tables(step, meanwhile), nullptr, stream_.get());
  }
  stream_.synchronize();
}

std::vector<StepInfo> Plan::steps() const {
  std::vector<StepInfo> infos;
  for (const Step& step : program_.steps) {
    infos.push_back({step.name, step.op, step.run->kernel, name_of(step.run->output_layouts[0]),
                     step.run->flops, step.why});
  }
  return infos;
}

std::size_t Plan::graphs() const {
  const std::lock_guard<std::mutex> lock(running_);
  return graphs_.size();
}

}  // namespace fastcnn::cuda
