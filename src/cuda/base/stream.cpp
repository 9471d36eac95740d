#include "cuda/base/stream.h"

namespace fastcnn::cuda {
namespace {

// Two names of one stream are one.
cudaStream_t named(cudaStream_t stream) { return stream == nullptr ? cudaStreamLegacy : stream; }

}  // namespace

bool Event::reached() const {
  const cudaError_t error = cudaEventQuery(event_);
  if (error == cudaErrorNotReady) {
    cudaGetLastError();
    return false;
  }
  check(error, "cudaEventQuery(event_)");
  return true;
}

float Event::since(const Event& from) const {
  float milliseconds = 0;
  FASTCNN_CUDA_TRY(cudaEventElapsedTime(&milliseconds, from.event_, event_));
  return milliseconds;
}

void wait_for(cudaStream_t stream, cudaStream_t before) {
  if (named(stream) == named(before)) return;
  const Event reached;
  reached.record(before);
  reached.hold(stream);
}

void require_usable(cudaStream_t stream) {
  cudaStreamCaptureStatus status = cudaStreamCaptureStatusNone;
  FASTCNN_CUDA_TRY(cudaStreamIsCapturing(stream, &status));
  require(status == cudaStreamCaptureStatusNone, ErrorKind::kValue,
          "cuda: the stream is being captured, and a session cannot be part of a graph of others; "
          "call it outside the capture (it keeps graphs of its own)");
}

Graph::Graph(cudaStream_t stream, const std::function<void()>& enqueue) {
  // Of this thread only: others may allocate meanwhile.
  FASTCNN_CUDA_TRY(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  cudaGraph_t graph = nullptr;
  try {
    enqueue();
  } catch (...) {
    cudaStreamEndCapture(stream, &graph);
    if (graph != nullptr) cudaGraphDestroy(graph);
    cudaGetLastError();
    throw;
  }
  FASTCNN_CUDA_TRY(cudaStreamEndCapture(stream, &graph));
  const cudaError_t error = cudaGraphInstantiate(&exec_, graph, 0);
  cudaGraphDestroy(graph);
  check(error, "cudaGraphInstantiate(exec, graph)");
}

}  // namespace fastcnn::cuda
