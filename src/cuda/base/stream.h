#pragma once

#include <functional>
#include <utility>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// A stream of its own, which waits for no other.
class Stream {
 public:
  Stream() { FASTCNN_CUDA_TRY(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~Stream() { cudaStreamDestroy(stream_); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  cudaStream_t get() const { return stream_; }
  void synchronize() const { FASTCNN_CUDA_TRY(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

// A place in a stream; the time at which the device reached it if `timing`.
class Event {
 public:
  explicit Event(bool timing = false) {
    FASTCNN_CUDA_TRY(
        cudaEventCreateWithFlags(&event_, timing ? cudaEventDefault : cudaEventDisableTiming));
  }
  ~Event() {
    if (event_ != nullptr) cudaEventDestroy(event_);
  }
  Event(Event&& other) noexcept : event_(std::exchange(other.event_, nullptr)) {}
  Event& operator=(Event&&) = delete;

  void record(cudaStream_t stream) const { FASTCNN_CUDA_TRY(cudaEventRecord(event_, stream)); }
  // Lets `stream` wait until the device has reached the place that was recorded last.
  void hold(cudaStream_t stream) const { FASTCNN_CUDA_TRY(cudaStreamWaitEvent(stream, event_, 0)); }
  bool reached() const;
  void synchronize() const { FASTCNN_CUDA_TRY(cudaEventSynchronize(event_)); }
  // Milliseconds between two places that were reached.
  float since(const Event& from) const;

 private:
  cudaEvent_t event_ = nullptr;
};

// Lets `stream` wait for what is in `before` now. Streams that are the same wait for nothing.
void wait_for(cudaStream_t stream, cudaStream_t before);

// Throws kValue unless work can be put into `stream`: one that is being captured takes none, since
// the order of runs is kept by events from outside the capture.
void require_usable(cudaStream_t stream);

// Work that was recorded once, to be put into any stream.
class Graph {
 public:
  // Records what `enqueue` puts into `stream`, without running it.
  Graph(cudaStream_t stream, const std::function<void()>& enqueue);
  ~Graph() { cudaGraphExecDestroy(exec_); }
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  void launch(cudaStream_t stream) const { FASTCNN_CUDA_TRY(cudaGraphLaunch(exec_, stream)); }

 private:
  cudaGraphExec_t exec_ = nullptr;
};

}  // namespace fastcnn::cuda
