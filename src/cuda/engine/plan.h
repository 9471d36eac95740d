#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cuda/base/device.h"
#include "cuda/engine/program.h"
#include "cuda/engine/state.h"

namespace fastcnn::cuda {

// One step as tables show it.
struct StepInfo {
  std::string name;
  std::string op;
  std::string kernel;
  std::string layout;  // of the first output
  double flops;
};

// The compiled, ready-to-run form of a graph on the current CUDA device: constants, tables and
// packed weights on the device, one arena for everything else, one stream.
class Plan {
 public:
  // Throws kUnsupported where there is no device, or a node that no implementation takes. What
  // updates write to lies in `state`. With `spec.guard` each tensor has memory of its own, for
  // tests.
  Plan(engine::PlanSpec spec, std::shared_ptr<State> state);

  // Copies `inputs` to the device, runs every step and copies the results to `outputs`: host memory
  // in the order and of the plain sizes of the spec. Calls from several threads take turns.
  void run(const std::vector<const void*>& inputs, const std::vector<void*>& outputs) const;

  const engine::PlanSpec& spec() const { return spec_; }
  std::vector<StepInfo> steps() const;
  std::size_t arena_bytes() const { return arena_bytes_; }

 private:
  using Pointers = std::vector<const void*>;

  void place();
  void upload();
  void derive();
  Pointers upload_tables(Step& step, std::vector<DeviceBuffer>& buffers) const;
  void enqueue_all(const std::vector<const void*>& inputs, const std::vector<void*>& outputs) const;
  void enqueue(const Step& step, const Pointers& tables, void* scratch) const;
  void* at(std::size_t tensor) const { return memory_[program_.tensors[tensor].storage]; }

  engine::PlanSpec spec_;
  std::shared_ptr<State> state_;
  Program program_;
  std::vector<DeviceBuffer> buffers_;
  std::vector<void*> memory_;              // of each storage
  std::vector<Pointers> tables_;           // of each step
  std::vector<void*> scratch_;             // of each step
  mutable std::vector<const void*> host_;  // of each value that the host may read
  std::size_t arena_bytes_ = 0;
  Stream stream_;
  mutable std::mutex running_;  // there is one arena
};

}  // namespace fastcnn::cuda
