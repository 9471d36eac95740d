#include "emulator/graph.h"

#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "emulator/config.h"
#include "emulator/faults.h"
#include "emulator/stream.h"

struct CUgraph_st {
  std::vector<emulator::Work> nodes;
};
struct CUgraphExec_st {
  std::shared_ptr<const std::vector<emulator::Work>> nodes;
};

namespace emulator {
namespace {

using Lock = std::lock_guard<std::recursive_mutex>;

std::set<cudaGraph_t> graphs;
std::set<cudaGraphExec_t> execs;

}  // namespace

std::size_t live_graphs() { return graphs.size(); }
std::size_t live_graph_execs() { return execs.size(); }

}  // namespace emulator

cudaError_t cudaStreamBeginCapture(cudaStream_t handle, cudaStreamCaptureMode mode) {
  if (const cudaError_t error = emulator::enter("cudaStreamBeginCapture")) return error;
  const emulator::Lock lock(emulator::runtime_lock());
  emulator::Stream* const stream = emulator::find_stream(handle);
  if (stream == nullptr) return emulator::failed(cudaErrorInvalidResourceHandle);
  if (handle == nullptr || handle == cudaStreamLegacy) {
    return emulator::failed(cudaErrorStreamCaptureUnsupported);
  }
  if (stream->capture) return emulator::failed(cudaErrorIllegalState);
  stream->capture = std::make_unique<emulator::Capture>();
  stream->capture->thread = std::this_thread::get_id();
  stream->capture->mode = mode;
  return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t handle, cudaGraph_t* graph) {
  const cudaError_t error = emulator::enter("cudaStreamEndCapture");
  const emulator::Lock lock(emulator::runtime_lock());
  *graph = nullptr;
  emulator::Stream* const stream = emulator::find_stream(handle);
  if (stream == nullptr) return emulator::failed(cudaErrorInvalidResourceHandle);
  if (!stream->capture) return emulator::failed(cudaErrorIllegalState);
  if (stream->capture->mode != cudaStreamCaptureModeRelaxed &&
      stream->capture->thread != std::this_thread::get_id()) {
    stream->capture->valid = false;
    return emulator::failed(cudaErrorStreamCaptureWrongThread);
  }
  const std::unique_ptr<emulator::Capture> capture = std::move(stream->capture);
  if (error != cudaSuccess) return error;
  if (!capture->valid) return emulator::failed(cudaErrorStreamCaptureInvalidated);
  *graph = new CUgraph_st{std::move(capture->nodes)};
  emulator::graphs.insert(*graph);
  emulator::count_capture();
  return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t handle, cudaStreamCaptureStatus* status) {
  if (const cudaError_t error = emulator::enter("cudaStreamIsCapturing")) return error;
  const emulator::Lock lock(emulator::runtime_lock());
  const emulator::Stream* const stream = emulator::find_stream(handle);
  if (stream == nullptr) return emulator::failed(cudaErrorInvalidResourceHandle);
  *status = !stream->capture         ? cudaStreamCaptureStatusNone
            : stream->capture->valid ? cudaStreamCaptureStatusActive
                                     : cudaStreamCaptureStatusInvalidated;
  return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  if (const cudaError_t error = emulator::enter("cudaGraphInstantiate", true)) return error;
  const emulator::Lock lock(emulator::runtime_lock());
  if (emulator::graphs.count(graph) == 0) return emulator::failed(cudaErrorInvalidValue);
  *exec = new CUgraphExec_st{std::make_shared<const std::vector<emulator::Work>>(graph->nodes)};
  emulator::execs.insert(*exec);
  return cudaSuccess;
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  if (const cudaError_t error = emulator::enter("cudaGraphLaunch")) return error;
  const emulator::Lock lock(emulator::runtime_lock());
  if (emulator::execs.count(exec) == 0) return emulator::failed(cudaErrorInvalidValue);
  const auto nodes = exec->nodes;
  emulator::count_replay();
  for (const emulator::Work& node : *nodes) {
    if (const cudaError_t error = emulator::enqueue(stream, node)) return error;
  }
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  const cudaError_t error = emulator::enter("cudaGraphDestroy");
  const emulator::Lock lock(emulator::runtime_lock());
  if (emulator::graphs.erase(graph) == 0) return emulator::failed(cudaErrorInvalidValue);
  delete graph;
  return error;
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
  const cudaError_t error = emulator::enter("cudaGraphExecDestroy");
  const emulator::Lock lock(emulator::runtime_lock());
  if (emulator::execs.erase(exec) == 0) return emulator::failed(cudaErrorInvalidValue);
  delete exec;
  return error;
}
