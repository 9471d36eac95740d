#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "emulator/runtime.h"

// Streams, events and captures behind the runtime's handles. Work is carried out by whichever
// thread calls the runtime next: at once with seed 0, else as much of it, of streams in a random
// order, as the seed decides; all of a stream when it is synchronised. What is not ordered by
// streams and events therefore comes in the wrong order sooner or later.

namespace emulator {

using Work = std::function<void()>;

struct EventState {
  std::uint64_t recorded = 0;   // times that cudaEventRecord() was called
  std::uint64_t completed = 0;  // the latest of these that the device has reached
  double when = 0;              // on the device's clock
  const void* capture = nullptr;
};

// Work that was recorded instead of carried out.
struct Capture {
  std::vector<Work> nodes;
  std::thread::id thread;
  cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
  bool valid = true;
};

struct Item {
  std::uint64_t order;
  Work work;
  std::shared_ptr<EventState> event;  // null, or what has to be reached before
  std::uint64_t version;
};

struct Stream {
  bool blocking = true;  // waits for the legacy stream, and that for it
  std::deque<Item> queue;
  std::unique_ptr<Capture> capture;
};

// Held by every call.
std::recursive_mutex& runtime_lock();

// The stream behind a handle, or null where there is none.
Stream* find_stream(cudaStream_t handle);

// Puts work into a stream, or into what it captures.
cudaError_t enqueue(cudaStream_t handle, Work work);

// Carries out what is left in a stream, or in all.
void drain(Stream& stream);
void drain_all();

// Throws what a kernel was caught at since the last time.
void rethrow();
void forget_caught();

// Whether there was a capture to invalidate.
bool invalidate_capture_of_this_thread();

// The clock of the device, in milliseconds: only launches take time, each a microsecond unless
// set_cost() says otherwise for kernels whose name contains `kernel`.
void set_cost(const std::string& kernel, double milliseconds);
void forget_costs();
void pass_time(const std::string& kernel);

struct Live {
  std::size_t streams, events, graphs, graph_execs;
};
Live live();

}  // namespace emulator
