// How a plan runs: where arrays are, what is copied, graphs.

#include <cstdint>
#include <cstring>
#include <set>
#include <utility>

#include "cuda/engine/plan.h"

namespace fastcnn::cuda {
namespace {

// What the widest access of a kernel needs.
bool aligned(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory) % 16 == 0; }

}  // namespace

// Inputs come from pinned memory, results go to pinned memory.
Plan::Bound Plan::bind_host() const {
  Bound bound{memory_, {}, {}};
  for (std::size_t i = 0; i < program_.inputs.size(); ++i) {
    const Tensor& input = tensor(program_.inputs[i]);
    bound.before.push_back(
        {bound.at(input), staged_inputs_[i].data(), input.size_bytes, cudaMemcpyHostToDevice});
  }
  for (std::size_t i = 0; i < program_.outputs.size(); ++i) {
    const Tensor& output = tensor(program_.outputs[i]);
    bound.after.push_back(
        {staged_outputs_[i].data(), bound.at(output), output.size_bytes, cudaMemcpyDeviceToHost});
  }
  return bound;
}

// A result is written to its place by the step that makes it, unless it is an input, a constant, a
// parameter or another result as well.
Plan::Bound Plan::bind(const RunArrays& arrays) const {
  Bound bound{memory_, {}, {}};
  std::set<std::size_t> taken;
  for (std::size_t i = 0; i < arrays.inputs.size(); ++i) {
    const Tensor& input = tensor(program_.inputs[i]);
    taken.insert(input.storage);
    if (aligned(arrays.inputs[i])) {
      bound.memory[input.storage] = const_cast<void*>(arrays.inputs[i]);
    } else {
      bound.before.push_back(
          {bound.at(input), arrays.inputs[i], input.size_bytes, cudaMemcpyDeviceToDevice});
    }
  }
  std::vector<std::size_t> copied;
  for (std::size_t i = 0; i < arrays.outputs.size(); ++i) {
    const std::size_t storage = tensor(program_.outputs[i]).storage;
    const bool made = program_.homes[storage] == Home::kArena;
    if (made && aligned(arrays.outputs[i]) && taken.insert(storage).second) {
      bound.memory[storage] = arrays.outputs[i];
    } else {
      copied.push_back(i);
    }
  }
  for (const std::size_t i : copied) {
    const Tensor& output = tensor(program_.outputs[i]);
    bound.after.push_back(
        {arrays.outputs[i], bound.at(output), output.size_bytes, cudaMemcpyDeviceToDevice});
  }
  return bound;
}

void Plan::stage(const RunArrays& host) const {
  if (staged_inputs_.empty() && staged_outputs_.empty()) {
    std::vector<PinnedBuffer> inputs;
    std::vector<PinnedBuffer> outputs;
    for (const std::size_t input : program_.inputs) inputs.emplace_back(tensor(input).size_bytes);
    for (const std::size_t output : program_.outputs) {
      outputs.emplace_back(tensor(output).size_bytes);
    }
    staged_inputs_ = std::move(inputs);
    staged_outputs_ = std::move(outputs);
  }
  for (std::size_t i = 0; i < host.inputs.size(); ++i) {
    const std::size_t size_bytes = tensor(program_.inputs[i]).size_bytes;
    host_[spec_.inputs[i]] = host.inputs[i];
    if (size_bytes != 0) std::memcpy(staged_inputs_[i].data(), host.inputs[i], size_bytes);
  }
}

void Plan::unstage(const RunArrays& host) const {
  for (std::size_t i = 0; i < host.outputs.size(); ++i) {
    const std::size_t size_bytes = tensor(program_.outputs[i]).size_bytes;
    if (size_bytes != 0) std::memcpy(host.outputs[i], staged_outputs_[i].data(), size_bytes);
  }
}

void Plan::run(const RunArrays& host) const {
  const std::lock_guard<std::mutex> lock(running_);
  const DeviceScope scope(device_);
  done_.hold(stream_.get());
  stage(host);
  put(stream_.get(), {}, [&] { return bind_host(); });
  stream_.synchronize();
  unstage(host);
}

void Plan::run_in(cudaStream_t stream, const std::vector<cudaStream_t>& before,
                  const RunArrays& arrays) const {
  const std::lock_guard<std::mutex> lock(running_);
  const DeviceScope scope(device_);
  require_usable(stream);
  for (std::size_t i = 0; i < read_on_host_.size(); ++i) {
    require(!read_on_host_[i], ErrorKind::kUnsupported, "cuda: input '",
            spec_.values[spec_.inputs[i]].name,
            "' is read on the host, before the run; give NumPy arrays");
  }
  for (const cudaStream_t producer : before) wait_for(stream, producer);
  done_.hold(stream);
  Pointers addresses = arrays.inputs;
  addresses.insert(addresses.end(), arrays.outputs.begin(), arrays.outputs.end());
  put(stream, addresses, [&] { return bind(arrays); });
}

std::vector<float> Plan::profile(const RunArrays& host) const {
  const std::lock_guard<std::mutex> lock(running_);
  const DeviceScope scope(device_);
  done_.hold(stream_.get());
  stage(host);
  std::vector<Event> marks;
  for (std::size_t i = 0; i <= program_.steps.size(); ++i) marks.emplace_back(true);
  enqueue_all(bind_host(), stream_.get(), &marks);
  done_.record(stream_.get());
  stream_.synchronize();
  unstage(host);
  std::vector<float> milliseconds;
  for (std::size_t i = 1; i < marks.size(); ++i) {
    milliseconds.push_back(marks[i].since(marks[i - 1]));
  }
  return milliseconds;
}

// Puts a run into `stream`: as a graph, where runs with these addresses were recorded.
void Plan::put(cudaStream_t stream, const Pointers& addresses,
               const std::function<Bound()>& bind) const {
  // The caller's memory must not be in use any more when an error is thrown.
  try {
    const Graph* graph = nullptr;
    if (use_graphs_) {
      graph = graphs_.find(addresses, stream_.get(),
                           [&] { enqueue_all(bind(), stream_.get(), nullptr); });
    }
    if (graph != nullptr) {
      graph->launch(stream);
    } else {
      enqueue_all(bind(), stream, nullptr);
    }
    done_.record(stream);
  } catch (...) {
    cudaStreamSynchronize(stream);
    cudaGetLastError();
    throw;
  }
}

void Plan::enqueue_all(const Bound& bound, cudaStream_t stream, std::vector<Event>* marks) const {
  const auto copy = [&](const Copy& c) {
    if (c.size_bytes == 0) return;
    FASTCNN_CUDA_TRY(cudaMemcpyAsync(c.to, c.from, c.size_bytes, c.kind, stream));
  };
  for (const Copy& c : bound.before) copy(c);
  if (marks != nullptr) marks->front().record(stream);
  for (std::size_t s = 0; s < program_.steps.size(); ++s) {
    enqueue(program_.steps[s], bound, tables_[s], scratch_[s], stream);
    if (marks != nullptr) (*marks)[s + 1].record(stream);
  }
  for (const Copy& c : bound.after) copy(c);
}

void Plan::enqueue(const Step& step, const Bound& bound, const Pointers& tables, void* scratch,
                   cudaStream_t stream) const {
  if (step.run->alias) return;
  Pointers inputs;
  Pointers packed;
  std::vector<void*> outputs;
  for (std::size_t i = 0; i < step.inputs.size(); ++i) {
    const std::size_t input = step.inputs[i];
    if (input == kNone) {
      inputs.push_back(nullptr);
    } else if (step.run->input_layouts[i] == Layout::kHost) {
      inputs.push_back(host_[tensor(input).value]);
    } else {
      inputs.push_back(bound.at(tensor(input)));
    }
  }
  for (const std::size_t index : step.packed) packed.push_back(bound.at(tensor(index)));
  for (const std::size_t index : step.outputs) outputs.push_back(bound.at(tensor(index)));
  step.run->enqueue({inputs.data(), outputs.data(), tables.data(), packed.data(), scratch, stream});
}

}  // namespace fastcnn::cuda
