#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cuda/base/device.h"
#include "cuda/base/stream.h"
#include "cuda/engine/graph_cache.h"
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
  std::string why;
};

// The arrays of a run, in the order and of the plain sizes of the spec.
struct RunArrays {
  std::vector<const void*> inputs;
  std::vector<void*> outputs;
};

// The compiled, ready-to-run form of a graph on the CUDA device that is current when it is made:
// constants, tables and packed weights on the device, one arena for everything else. There is one
// arena, so runs take turns, in whatever streams they are.
class Plan {
 public:
  // Throws kUnsupported where there is no device, or a node that no implementation takes. What
  // updates write to lies in `state`. With `spec.guard` each tensor has memory of its own, for
  // tests. With `graphs`, runs whose addresses repeat are recorded once and replayed.
  Plan(engine::PlanSpec spec, std::shared_ptr<State> state, bool graphs);
  ~Plan();

  // Copies host memory to the device, runs every step, copies the results back, and waits for all.
  void run(const RunArrays& host) const;

  // Puts a run into `stream`, after what is in the streams `before` now, and does not wait for it.
  // Arrays are of the plan's device: read and written where they lie if their addresses are
  // multiples of 16, else copied there.
  void run_in(cudaStream_t stream, const std::vector<cudaStream_t>& before,
              const RunArrays& arrays) const;

  // As run(), without graphs: the milliseconds of each step between events of the device.
  std::vector<float> profile(const RunArrays& host) const;

  const engine::PlanSpec& spec() const { return spec_; }
  std::vector<StepInfo> steps() const;
  std::size_t arena_bytes() const { return arena_bytes_; }
  std::size_t graphs() const;  // recorded so far
  int device() const { return device_; }

 private:
  using Pointers = std::vector<const void*>;

  struct Copy {
    void* to;
    const void* from;
    std::size_t size_bytes;
    cudaMemcpyKind kind;
  };

  // Where the storages are in one run, and what is copied before and after the steps.
  struct Bound {
    std::vector<void*> memory;
    std::vector<Copy> before;
    std::vector<Copy> after;

    void* at(const Tensor& tensor) const { return memory[tensor.storage]; }
  };

  // making (plan.cpp)
  void place();
  void upload();
  void derive();
  Pointers upload_tables(Step& step, std::vector<DeviceBuffer>& buffers) const;
  std::vector<bool> read_on_host() const;

  // running (run.cpp)
  Bound bind_host() const;
  Bound bind(const RunArrays& arrays) const;
  void stage(const RunArrays& host) const;
  void unstage(const RunArrays& host) const;
  void put(cudaStream_t stream, const Pointers& addresses,
           const std::function<Bound()>& bind) const;
  void enqueue_all(const Bound& bound, cudaStream_t stream, std::vector<Event>* marks) const;
  void enqueue(const Step& step, const Bound& bound, const Pointers& tables, void* scratch,
               cudaStream_t stream) const;
  const Tensor& tensor(std::size_t index) const { return program_.tensors[index]; }

  engine::PlanSpec spec_;
  int device_;
  std::shared_ptr<State> state_;
  Program program_;
  std::vector<DeviceBuffer> buffers_;
  std::vector<void*> memory_;       // of each storage
  std::vector<Pointers> tables_;    // of each step
  std::vector<void*> scratch_;      // of each step
  std::vector<bool> read_on_host_;  // for each input, whether a step reads it there
  std::size_t arena_bytes_ = 0;
  bool use_graphs_;

  mutable std::mutex running_;
  mutable std::vector<const void*> host_;  // of each value that the host may read
  mutable std::vector<PinnedBuffer> staged_inputs_;
  mutable std::vector<PinnedBuffer> staged_outputs_;
  Stream stream_;
  Event done_;  // the end of the latest run
  mutable GraphCache graphs_;
};

}  // namespace fastcnn::cuda
