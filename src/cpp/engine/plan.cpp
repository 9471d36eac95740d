#include "engine/plan.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "cpu/denormals.h"
#include "engine/fence.h"
#include "engine/memory_plan.h"

namespace fastcnn::engine {

// Memory for one run, and every pointer the steps need, so that running is a walk over a list.
struct Plan::Frame {
  struct Caller {  // a pointer that changes with each run
    std::size_t pointer;
    std::size_t index;
    std::size_t offset;  // in bytes
  };

  AlignedBuffer arena;
  std::vector<void*> pointers;      // inputs, outputs and packed of every step, one after the other
  std::vector<std::size_t> starts;  // step -> its first pointer
  std::vector<Caller> inputs;
  std::vector<Caller> outputs;

  char* at(std::size_t offset) const { return static_cast<char*>(arena.data()) + offset; }
};

Plan::Plan(PlanSpec spec) : spec_(std::move(spec)) {
  if (!spec_.cache) spec_.cache = std::make_shared<PackCache>();
  program_ = lower(spec_);
  storage_ = assign_storage(spec_, program_);
  place();
}

Plan::~Plan() = default;

void Plan::place() {
  std::vector<Lifetime> lifetimes;
  std::vector<std::size_t> owners;
  offsets_.assign(storage_.storages.size(), kNone);
  const std::size_t end = program_.steps.size();
  std::vector<bool> used(storage_.storages.size(), false);
  for (const std::size_t storage : storage_.of_tensor) used[storage] = true;
  for (std::size_t i = 0; i < storage_.storages.size(); ++i) {
    const Storage& storage = storage_.storages[i];
    if (storage.kind != Storage::Kind::kArena || !used[i] || storage.first == kNone) continue;
    lifetimes.push_back(
        fenced({storage.size_bytes, storage.first, storage.last}, spec_.guard, end));
    owners.push_back(i);
  }
  for (std::size_t s = 0; s < end; ++s) {
    scratch_bytes_.push_back(program_.steps[s].run->scratch_bytes(spec_.threads));
    lifetimes.push_back(fenced({scratch_bytes_.back(), s, s}, spec_.guard, end));
  }

  const MemoryPlan memory = plan_memory(lifetimes);
  const std::size_t margin = spec_.guard ? kFenceBytes : 0;
  for (std::size_t i = 0; i < owners.size(); ++i) offsets_[owners[i]] = memory.offsets[i] + margin;
  for (std::size_t s = 0; s < end; ++s) {
    scratch_offsets_.push_back(memory.offsets[owners.size() + s] + margin);
  }
  arena_bytes_ = memory.size_bytes;
}

std::unique_ptr<Plan::Frame> Plan::make_frame() const {
  auto frame = std::make_unique<Frame>();
  frame->arena = AlignedBuffer(arena_bytes_);
  if (spec_.guard) poison(frame->arena);
  for (const Step& step : program_.steps) {
    frame->starts.push_back(frame->pointers.size());
    for (const auto* tensors : {&step.inputs, &step.outputs, &step.packed}) {
      for (const std::size_t t : *tensors) {
        const std::size_t id = storage_.of_tensor[t];
        const std::size_t offset = storage_.offset_of_tensor[t];
        const Storage& storage = storage_.storages[id];
        void* pointer = nullptr;
        switch (storage.kind) {
          case Storage::Kind::kArena:
            pointer = frame->at(offsets_[id] + offset);
            break;
          case Storage::Kind::kFixed:
            pointer = static_cast<char*>(const_cast<void*>(storage.fixed)) + offset;
            break;
          case Storage::Kind::kInput:
            frame->inputs.push_back({frame->pointers.size(), storage.index, offset});
            break;
          case Storage::Kind::kOutput:
            frame->outputs.push_back({frame->pointers.size(), storage.index, offset});
            break;
        }
        frame->pointers.push_back(pointer);
      }
    }
  }
  return frame;
}

std::unique_ptr<Plan::Frame> Plan::take_frame() const {
  {
    const std::lock_guard<std::mutex> lock(frames_mutex_);
    if (!frames_.empty()) {
      std::unique_ptr<Frame> frame = std::move(frames_.back());
      frames_.pop_back();
      return frame;
    }
  }
  return make_frame();
}

// Adds the time to `milliseconds`, if it is there, or to as many as the step has parts.
void Plan::run_step(const Frame& frame, std::size_t index, double* milliseconds) const {
  using Clock = std::chrono::steady_clock;
  const Step& step = program_.steps[index];
  if (step.run->alias) return;
  const auto start = milliseconds != nullptr ? Clock::now() : Clock::time_point();
  void* const* pointers = frame.pointers.data() + frame.starts[index];
  void* const* outputs = pointers + step.inputs.size();
  step.run->run({pointers,
                 outputs,
                 outputs + step.outputs.size(),
                 frame.at(scratch_offsets_[index]),
                 {spec_.threads},
                 step.parts.empty() ? nullptr : milliseconds});
  if (milliseconds == nullptr || !step.parts.empty()) return;
  *milliseconds += std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void Plan::run(const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
               std::vector<double>* milliseconds) const {
  require(inputs.size() == spec_.inputs.size() && outputs.size() == spec_.outputs.size(),
          ErrorKind::kValue, "plan: takes ", spec_.inputs.size(), " inputs and ",
          spec_.outputs.size(), " outputs, was given ", inputs.size(), " and ", outputs.size());
  std::unique_ptr<Frame> frame = take_frame();
  for (const Frame::Caller& caller : frame->inputs) {
    frame->pointers[caller.pointer] =
        static_cast<char*>(const_cast<void*>(inputs[caller.index])) + caller.offset;
  }
  for (const Frame::Caller& caller : frame->outputs) {
    frame->pointers[caller.pointer] = static_cast<char*>(outputs[caller.index]) + caller.offset;
  }

  const cpu::FlushDenormals flush;
  double* times = milliseconds == nullptr ? nullptr : milliseconds->data();
  for (std::size_t s = 0; s < program_.steps.size(); ++s) {
    run_step(*frame, s, times);
    if (times != nullptr) times += std::max<std::size_t>(program_.steps[s].parts.size(), 1);
    if (spec_.guard) check_fences(s, *frame);
  }

  const std::lock_guard<std::mutex> lock(frames_mutex_);
  frames_.push_back(std::move(frame));
}

void Plan::check_fences(std::size_t step, const Frame& frame) const {
  const auto check = [&](std::size_t offset, std::size_t size_bytes) {
    require(fences_intact(frame.at(offset), size_bytes), ErrorKind::kInternal, "guard: step '",
            program_.steps[step].name, "' (", program_.steps[step].run->kernel,
            ") wrote outside of its memory");
  };
  for (std::size_t i = 0; i < offsets_.size(); ++i) {
    if (offsets_[i] != kNone) check(offsets_[i], storage_.storages[i].size_bytes);
  }
  for (std::size_t s = 0; s < scratch_offsets_.size(); ++s) {
    check(scratch_offsets_[s], scratch_bytes_[s]);
  }
}

std::vector<StepInfo> Plan::steps() const {
  std::vector<StepInfo> infos;
  const auto tell = [&](const Step& step) {
    StepInfo info{step.name, step.op, step.run->kernel, "", step.why, step.run->flops, 0};
    info.layout =
        step.run->alias ? "alias" : name_of(program_.tensors[step.outputs[0]].desc.layout);
    if (step.op == "pack") info.layout = "packed";
    for (const auto* tensors : {&step.inputs, &step.outputs, &step.packed}) {
      for (const std::size_t t : *tensors) info.size_bytes += program_.tensors[t].size_bytes;
    }
    infos.push_back(std::move(info));
  };
  for (const Step& step : program_.steps) {
    if (step.parts.empty()) tell(step);
    for (const Step& part : step.parts) tell(part);
  }
  return infos;
}

}  // namespace fastcnn::engine
