#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "cuda/base/device.h"
#include "cuda/engine/program.h"

namespace fastcnn::cuda {

// One step as tables show it.
struct StepInfo {
  std::string name;
  std::string op;
  std::string kernel;
  std::string layout;  // of the first output
  double flops;
};

// The compiled, ready-to-run form of a graph on the current CUDA device: constants and tables on
// the device, one arena for everything else, one stream.
class Plan {
 public:
  // Throws kUnsupported where there is no device, or a node that no implementation takes. With
  // `spec.guard` each tensor has memory of its own, for tests.
  explicit Plan(engine::PlanSpec spec);

  // Copies `inputs` to the device, runs every step and copies the results to `outputs`: host memory
  // in the order and of the plain sizes of the spec. Calls from several threads take turns.
  void run(const std::vector<const void*>& inputs, const std::vector<void*>& outputs) const;

  const engine::PlanSpec& spec() const { return spec_; }
  std::vector<StepInfo> steps() const;
  std::size_t arena_bytes() const { return arena_bytes_; }

 private:
  void place();
  void upload();
  void enqueue_all(const std::vector<const void*>& inputs, const std::vector<void*>& outputs) const;
  void enqueue(std::size_t step) const;
  void* at(std::size_t tensor) const { return memory_[program_.tensors[tensor].storage]; }

  engine::PlanSpec spec_;
  Program program_;
  std::vector<DeviceBuffer> buffers_;
  std::vector<void*> memory_;                     // of each storage
  std::vector<std::vector<const void*>> tables_;  // of each step
  std::size_t arena_bytes_ = 0;
  Stream stream_;
  mutable std::mutex running_;  // there is one arena
};

}  // namespace fastcnn::cuda
