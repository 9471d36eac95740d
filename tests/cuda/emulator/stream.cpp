#include "emulator/stream.h"

#include <algorithm>
#include <exception>
#include <map>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "emulator/config.h"
#include "emulator/faults.h"
#include "emulator/graph.h"

struct CUstream_st {
  emulator::Stream stream;
};
struct CUevent_st {
  std::shared_ptr<emulator::EventState> state = std::make_shared<emulator::EventState>();
};

namespace emulator {
namespace {

using Lock = std::lock_guard<std::recursive_mutex>;

Stream legacy;
std::map<std::thread::id, Stream> per_thread;
std::set<cudaStream_t> streams;
std::set<cudaEvent_t> events;
std::uint64_t orders = 0;
std::exception_ptr caught;
std::map<std::string, double> costs;
double clock_ms = 0;

std::mt19937_64& coin() {
  static std::mt19937_64 generator;
  static std::uint64_t seed = 0;
  if (seed != config().seed) generator.seed(seed = config().seed);
  return generator;
}

std::vector<Stream*> all_streams() {
  std::vector<Stream*> all = {&legacy};
  for (auto& [thread, stream] : per_thread) all.push_back(&stream);
  for (const cudaStream_t handle : streams) all.push_back(&handle->stream);
  return all;
}

bool may_run(const Stream& stream) {
  if (stream.queue.empty()) return false;
  const Item& head = stream.queue.front();
  if (head.event && head.event->completed < head.version) return false;
  const auto waits_for = [&](const Stream& other) {
    return !other.queue.empty() && other.queue.front().order < head.order;
  };
  if (&stream != &legacy) return !stream.blocking || !waits_for(legacy);
  const std::vector<Stream*> all = all_streams();
  return std::none_of(all.begin(), all.end(), [&](const Stream* other) {
    return other != &legacy && other->blocking && waits_for(*other);
  });
}

void run_head(Stream& stream) {
  const Item item = std::move(stream.queue.front());
  stream.queue.pop_front();
  try {
    if (item.work) item.work();
  } catch (...) {
    if (!caught) caught = std::current_exception();
  }
}

// Carries out one piece of work of some stream that can go on.
bool step() {
  std::vector<Stream*> ready = all_streams();
  ready.erase(
      std::remove_if(ready.begin(), ready.end(), [](const Stream* s) { return !may_run(*s); }),
      ready.end());
  if (ready.empty()) return false;
  run_head(*ready[coin()() % ready.size()]);
  return true;
}

void advance() {
  while (config().seed == 0 || coin()() % 4 == 0) {
    if (!step()) return;
  }
}

cudaError_t push(Stream& stream, Work work, std::shared_ptr<EventState> event,
                 std::uint64_t version) {
  stream.queue.push_back({++orders, std::move(work), std::move(event), version});
  advance();
  return cudaSuccess;
}

// Whether the legacy stream would have to wait for a stream that captures.
bool implicit(const Stream& stream) {
  if (&stream != &legacy) return false;
  bool found = false;
  for (Stream* other : all_streams()) {
    if (!other->blocking || !other->capture) continue;
    other->capture->valid = false;
    found = true;
  }
  return found;
}

}  // namespace

std::recursive_mutex& runtime_lock() {
  static auto* const lock = new std::recursive_mutex;
  return *lock;
}

Stream* find_stream(cudaStream_t handle) {
  if (handle == nullptr || handle == cudaStreamLegacy) return &legacy;
  if (handle == cudaStreamPerThread) return &per_thread[std::this_thread::get_id()];
  return streams.count(handle) != 0 ? &handle->stream : nullptr;
}

cudaError_t enqueue(cudaStream_t handle, Work work) {
  const Lock lock(runtime_lock());
  Stream* const stream = find_stream(handle);
  if (stream == nullptr) return failed(cudaErrorInvalidResourceHandle);
  if (stream->capture) {
    stream->capture->nodes.push_back(std::move(work));
    return cudaSuccess;
  }
  if (implicit(*stream)) return failed(cudaErrorStreamCaptureImplicit);
  return push(*stream, std::move(work), nullptr, 0);
}

// Mostly by the stream alone: what it does not wait for stays behind.
void drain(Stream& stream) {
  while (!stream.queue.empty()) {
    if (may_run(stream) && coin()() % 4 != 0) {
      run_head(stream);
    } else if (!step()) {
      throw std::runtime_error("emulator: streams that wait for each other");
    }
  }
}

void drain_all() {
  const Lock lock(runtime_lock());
  while (step()) continue;
}

void rethrow() {
  if (caught) std::rethrow_exception(std::exchange(caught, nullptr));
}

void forget_caught() { caught = nullptr; }

bool invalidate_capture_of_this_thread() {
  bool found = false;
  for (Stream* stream : all_streams()) {
    Capture* const capture = stream->capture.get();
    if (capture == nullptr || capture->mode == cudaStreamCaptureModeRelaxed) continue;
    const bool mine = capture->thread == std::this_thread::get_id();
    if (!mine && capture->mode == cudaStreamCaptureModeThreadLocal) continue;
    capture->valid = false;
    found = true;
  }
  return found;
}

void set_cost(const std::string& kernel, double milliseconds) { costs[kernel] = milliseconds; }

void forget_costs() { costs.clear(); }

void pass_time(const std::string& kernel) {
  for (const auto& [name, cost] : costs) {
    if (kernel.find(name) == std::string::npos) continue;
    clock_ms += cost;
    return;
  }
  clock_ms += 1e-3;
}

Live live() {
  const Lock lock(runtime_lock());
  return {streams.size(), events.size(), live_graphs(), live_graph_execs()};
}

}  // namespace emulator

using emulator::Lock;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
  if (const cudaError_t error = emulator::enter("cudaStreamCreateWithFlags")) return error;
  const Lock lock(emulator::runtime_lock());
  *stream = new CUstream_st;
  (*stream)->stream.blocking = (flags & cudaStreamNonBlocking) == 0;
  emulator::streams.insert(*stream);
  return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const cudaError_t error = emulator::enter("cudaStreamDestroy");
  const Lock lock(emulator::runtime_lock());
  if (emulator::streams.count(stream) == 0) return emulator::failed(cudaErrorInvalidResourceHandle);
  emulator::drain(stream->stream);
  emulator::streams.erase(stream);
  delete stream;
  return error;
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  if (const cudaError_t error = emulator::enter("cudaStreamSynchronize")) return error;
  const Lock lock(emulator::runtime_lock());
  emulator::Stream* const stream = emulator::find_stream(handle);
  if (stream == nullptr) return emulator::failed(cudaErrorInvalidResourceHandle);
  if (stream->capture) {
    stream->capture->valid = false;
    return emulator::failed(cudaErrorStreamCaptureUnsupported);
  }
  if (emulator::implicit(*stream)) return emulator::failed(cudaErrorStreamCaptureImplicit);
  emulator::drain(*stream);
  emulator::rethrow();
  return emulator::enter("(afterwards)");
}

cudaError_t cudaStreamWaitEvent(cudaStream_t handle, cudaEvent_t event, unsigned) {
  if (const cudaError_t error = emulator::enter("cudaStreamWaitEvent")) return error;
  const Lock lock(emulator::runtime_lock());
  emulator::Stream* const stream = emulator::find_stream(handle);
  if (stream == nullptr || emulator::events.count(event) == 0) {
    return emulator::failed(cudaErrorInvalidResourceHandle);
  }
  const void* const capture = event->state->capture;
  if (stream->capture) {
    if (capture == stream->capture.get()) return cudaSuccess;
    stream->capture->valid = false;
    return emulator::failed(cudaErrorStreamCaptureIsolation);
  }
  if (capture != nullptr) {
    throw std::runtime_error("emulator: a capture has one stream here, another would join it");
  }
  if (event->state->recorded == 0) return cudaSuccess;
  return emulator::push(*stream, nullptr, event->state, event->state->recorded);
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  if (const cudaError_t error = emulator::enter("cudaEventCreateWithFlags")) return error;
  const Lock lock(emulator::runtime_lock());
  *event = new CUevent_st;
  emulator::events.insert(*event);
  return cudaSuccess;
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const cudaError_t error = emulator::enter("cudaEventDestroy");
  const Lock lock(emulator::runtime_lock());
  if (emulator::events.erase(event) == 0) return emulator::failed(cudaErrorInvalidResourceHandle);
  delete event;
  return error;
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t handle) {
  if (const cudaError_t error = emulator::enter("cudaEventRecord")) return error;
  const Lock lock(emulator::runtime_lock());
  emulator::Stream* const stream = emulator::find_stream(handle);
  if (stream == nullptr || emulator::events.count(event) == 0) {
    return emulator::failed(cudaErrorInvalidResourceHandle);
  }
  event->state->capture = stream->capture.get();
  if (stream->capture) return cudaSuccess;
  const std::uint64_t version = ++event->state->recorded;
  return emulator::enqueue(handle, [state = event->state, version] {
    state->completed = std::max(state->completed, version);
    state->when = emulator::clock_ms;
  });
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
  if (const cudaError_t error = emulator::enter("cudaEventQuery")) return error;
  const Lock lock(emulator::runtime_lock());
  if (event->state->capture != nullptr) return emulator::failed(cudaErrorCapturedEvent);
  emulator::advance();
  return event->state->completed == event->state->recorded ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  if (const cudaError_t error = emulator::enter("cudaEventSynchronize")) return error;
  const Lock lock(emulator::runtime_lock());
  if (event->state->capture != nullptr) return emulator::failed(cudaErrorCapturedEvent);
  while (event->state->completed < event->state->recorded && emulator::step()) continue;
  emulator::rethrow();
  return emulator::enter("(afterwards)");
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t from, cudaEvent_t to) {
  if (const cudaError_t error = emulator::enter("cudaEventElapsedTime")) return error;
  const Lock lock(emulator::runtime_lock());
  for (const cudaEvent_t event : {from, to}) {
    if (event->state->recorded == 0) return emulator::failed(cudaErrorInvalidResourceHandle);
    if (event->state->completed < event->state->recorded) {
      return emulator::failed(cudaErrorNotReady);
    }
  }
  *milliseconds = static_cast<float>(to->state->when - from->state->when);
  return cudaSuccess;
}
