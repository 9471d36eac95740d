#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/plan_spec.h"
#include "engine/program.h"
#include "engine/storage.h"

namespace fastcnn::engine {

// One step as tables show it.
struct StepInfo {
  std::string name;
  std::string op;
  std::string kernel;
  std::string layout;  // of the first output
  std::string why;
  double flops;
  std::size_t size_bytes;  // read and written
};

// The compiled, ready-to-run form of a graph on the CPU. run() may be called from several threads
// at once unless the plan updates state.
class Plan {
 public:
  explicit Plan(PlanSpec spec);
  ~Plan();

  // Runs every step. `inputs` and `outputs` are the caller's memory, in the order of the spec and
  // of its plain sizes. With `milliseconds`, adds each step's time to it (one entry for each of
  // steps()).
  void run(const std::vector<const void*>& inputs, const std::vector<void*>& outputs,
           std::vector<double>* milliseconds = nullptr) const;

  const PlanSpec& spec() const { return spec_; }
  std::vector<StepInfo> steps() const;
  std::size_t arena_bytes() const { return arena_bytes_; }

 private:
  struct Frame;

  void place();
  std::unique_ptr<Frame> make_frame() const;
  std::unique_ptr<Frame> take_frame() const;
  void run_step(const Frame& frame, std::size_t index, double* milliseconds) const;
  void check_fences(std::size_t step, const Frame& frame) const;

  PlanSpec spec_;
  Program program_;
  StoragePlan storage_;
  std::vector<std::size_t> offsets_;          // storage -> bytes into the arena
  std::vector<std::size_t> scratch_offsets_;  // step -> bytes into the arena
  std::vector<std::size_t> scratch_bytes_;    // step
  std::size_t arena_bytes_ = 0;
  mutable std::mutex frames_mutex_;
  mutable std::vector<std::unique_ptr<Frame>> frames_;  // not in use
};

}  // namespace fastcnn::engine
