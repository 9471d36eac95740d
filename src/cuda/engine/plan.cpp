#include "cuda/engine/plan.h"

#include <algorithm>
#include <utility>

#include "engine/memory_plan.h"

namespace fastcnn::cuda {
namespace {

engine::PlanSpec on_device(engine::PlanSpec spec) {
  require_device();
  return spec;
}

}  // namespace

Plan::Plan(engine::PlanSpec spec) : spec_(on_device(std::move(spec))), program_(lower(spec_)) {
  place();
  upload();
}

// Constants have memory of their own, everything else lies in the arena while it is needed.
void Plan::place() {
  const std::size_t last_step = program_.steps.size();
  std::vector<engine::Lifetime> lives(program_.storages, {0, last_step, 0});
  const auto touch = [&](std::size_t tensor, std::size_t step) {
    const Tensor& t = program_.tensors[tensor];
    engine::Lifetime& life = lives[t.storage];
    life.size_bytes = std::max(life.size_bytes, t.size_bytes);
    life.first = std::min(life.first, step);
    life.last = std::max(life.last, step);
  };
  std::vector<bool> constant(program_.storages, false);
  for (const std::size_t tensor : program_.constants) {
    constant[program_.tensors[tensor].storage] = true;
  }
  for (const std::size_t tensor : program_.inputs) touch(tensor, 0);
  for (std::size_t step = 0; step < last_step; ++step) {
    for (const auto* tensors : {&program_.steps[step].inputs, &program_.steps[step].outputs}) {
      for (const std::size_t tensor : *tensors) {
        if (tensor != kNone) touch(tensor, step);
      }
    }
  }
  for (const std::size_t tensor : program_.outputs) touch(tensor, last_step);

  memory_.assign(program_.storages, nullptr);
  std::vector<std::size_t> placed;
  std::vector<engine::Lifetime> lifetimes;
  for (std::size_t storage = 0; storage < program_.storages; ++storage) {
    if (constant[storage] || spec_.guard) {
      buffers_.emplace_back(lives[storage].size_bytes);
      memory_[storage] = buffers_.back().data();
    } else {
      placed.push_back(storage);
      lifetimes.push_back(lives[storage]);
    }
  }
  const engine::MemoryPlan plan = engine::plan_memory(lifetimes);
  arena_bytes_ = plan.size_bytes;
  buffers_.emplace_back(plan.size_bytes);
  auto* const arena = static_cast<char*>(buffers_.back().data());
  for (std::size_t i = 0; i < placed.size(); ++i) memory_[placed[i]] = arena + plan.offsets[i];
}

void Plan::upload() {
  std::vector<bool> read(program_.tensors.size(), false);
  for (const Step& step : program_.steps) {
    for (const std::size_t tensor : step.inputs) {
      if (tensor != kNone) read[tensor] = true;
    }
  }
  for (const std::size_t tensor : program_.outputs) read[tensor] = true;
  for (const std::size_t tensor : program_.constants) {
    const Tensor& t = program_.tensors[tensor];
    if (!read[tensor] || t.size_bytes == 0) continue;
    FASTCNN_CUDA_TRY(cudaMemcpy(at(tensor), spec_.values[t.value].data.get(), t.size_bytes,
                                cudaMemcpyHostToDevice));
  }
  for (Step& step : program_.steps) {
    std::vector<const void*> tables;
    for (const std::vector<std::byte>& table : step.run->tables) {
      buffers_.emplace_back(table.data(), table.size());
      tables.push_back(buffers_.back().data());
    }
    step.run->tables.clear();
    tables_.push_back(std::move(tables));
  }
}

void Plan::enqueue(std::size_t index) const {
  const Step& step = program_.steps[index];
  if (step.run->alias) return;
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
  for (const std::size_t tensor : step.inputs) {
    inputs.push_back(tensor != kNone ? at(tensor) : nullptr);
  }
  for (const std::size_t tensor : step.outputs) outputs.push_back(at(tensor));
  step.run->enqueue({inputs.data(), outputs.data(), tables_[index].data(), stream_.get()});
}

void Plan::run(const std::vector<const void*>& inputs, const std::vector<void*>& outputs) const {
  const std::lock_guard<std::mutex> lock(running_);
  // The caller's memory must not be in use any more when an error is thrown.
  try {
    enqueue_all(inputs, outputs);
  } catch (...) {
    cudaStreamSynchronize(stream_.get());
    throw;
  }
  stream_.synchronize();
}

void Plan::enqueue_all(const std::vector<const void*>& inputs,
                       const std::vector<void*>& outputs) const {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::size_t size_bytes = program_.tensors[program_.inputs[i]].size_bytes;
    FASTCNN_CUDA_TRY(cudaMemcpyAsync(at(program_.inputs[i]), inputs[i], size_bytes,
                                     cudaMemcpyHostToDevice, stream_.get()));
  }
  for (std::size_t step = 0; step < program_.steps.size(); ++step) enqueue(step);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::size_t size_bytes = program_.tensors[program_.outputs[i]].size_bytes;
    FASTCNN_CUDA_TRY(cudaMemcpyAsync(outputs[i], at(program_.outputs[i]), size_bytes,
                                     cudaMemcpyDeviceToHost, stream_.get()));
  }
}

std::vector<StepInfo> Plan::steps() const {
  std::vector<StepInfo> infos;
  for (const Step& step : program_.steps) {
    infos.push_back({step.name, step.op, step.run->kernel, name_of(step.run->output_layouts[0]),
                     step.run->flops});
  }
  return infos;
}

}  // namespace fastcnn::cuda
