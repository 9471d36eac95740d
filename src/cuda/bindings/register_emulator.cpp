#include "cuda/bindings/register.h"

#ifdef FASTCNN_CUDA_EMULATION

#include <pybind11/stl.h>

#include "cuda/base/runtime.h"
#include "cuda/bindings/streams.h"
#include "emulator/device_memory.h"
#include "emulator/emulator.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace fastcnn::bindings {
namespace {

void configure(std::uint64_t seed, int os_threads, bool record, bool dry, std::uint64_t most_blocks,
               int devices, int compute_capability) {
  emulator::drain_all();
  emulator::config().seed = seed;
  emulator::config().os_threads = os_threads;
  emulator::config().record = record;
  emulator::config().dry = dry;
  emulator::config().most_blocks = most_blocks;
  emulator::config().devices = devices;
  emulator::config().compute_capability = compute_capability;
}

// What there is besides memory: a test that leaves more than it found leaks.
py::dict live() {
  const emulator::Live live = emulator::live();
  return py::dict("streams"_a = live.streams, "events"_a = live.events, "graphs"_a = live.graphs,
                  "graph_execs"_a = live.graph_execs,
                  "device_bytes"_a = emulator::allocated_bytes(),
                  "pinned_bytes"_a = emulator::pinned_bytes());
}

void plant_fault(const std::string& call, int after, int error) {
  emulator::plant_fault(call, after, static_cast<cudaError_t>(error));
}

void set_device(int device) { FASTCNN_CUDA_TRY(cudaSetDevice(device)); }

// Leaves `stream` in the middle of a capture, or ends that.
void capture(std::uintptr_t stream, bool begin, int mode) {
  if (begin) {
    FASTCNN_CUDA_TRY(
        cudaStreamBeginCapture(stream_of(stream), static_cast<cudaStreamCaptureMode>(mode)));
    return;
  }
  cudaGraph_t graph = nullptr;
  FASTCNN_CUDA_TRY(cudaStreamEndCapture(stream_of(stream), &graph));
  FASTCNN_CUDA_TRY(cudaGraphDestroy(graph));
}

py::dict counters() {
  emulator::drain_all();
  const emulator::Counters& c = emulator::counters();
  return py::dict("launches"_a = c.launches, "blocks"_a = c.blocks, "threads"_a = c.threads,
                  "barriers"_a = c.barriers, "warp_collectives"_a = c.warp_collectives,
                  "atomics"_a = c.atomics, "async_bytes"_a = c.async_bytes,
                  "mma_flops"_a = c.mma_flops, "copies"_a = c.copies, "captures"_a = c.captures,
                  "replays"_a = c.replays);
}

py::tuple triple(dim3 extents) { return py::make_tuple(extents.x, extents.y, extents.z); }

py::bytes as_bytes(const std::vector<std::uint8_t>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Bytes by address.
py::dict memory(const std::vector<emulator::Snapshot>& snapshots) {
  py::dict dict;
  for (const emulator::Snapshot& snapshot : snapshots) {
    dict[py::int_(snapshot.address)] = as_bytes(snapshot.bytes);
  }
  return dict;
}

// (kernel, grid, block, parameters, memory before, memory after) of each launch since the last
// call.
py::list recorded() {
  emulator::drain_all();
  py::list list;
  for (const emulator::Launch& launch : emulator::take_recorded()) {
    list.append(py::make_tuple(launch.kernel, triple(launch.grid), triple(launch.block),
                               as_bytes(launch.parameters), memory(launch.before),
                               memory(launch.after)));
  }
  return list;
}

}  // namespace

void register_emulator(py::module_& module) {
  module.def("configure", &configure, py::kw_only(), "seed"_a = 1, "os_threads"_a = 1,
             "record"_a = false, "dry"_a = false, "most_blocks"_a = 0, "devices"_a = 1,
             "compute_capability"_a = 9);
  module.def("plant_fault", &plant_fault, "call"_a, py::kw_only(), "after"_a = 0, "error"_a,
             "Lets a call of the runtime, or a running 'kernel', fail once.");
  module.def("heal", &emulator::heal, "Forgets planted faults, and that the device is lost.");
  module.def("set_cost", &emulator::set_cost, "kernel"_a, "milliseconds"_a);
  module.def("set_device", &set_device);
  module.def("capture", &capture, "stream"_a, "begin"_a,
             "mode"_a = static_cast<int>(cudaStreamCaptureModeThreadLocal));
  module.def("live", &live);
  module.def("counters", &counters);
  module.def("reset_counters", &emulator::reset_counters);
  module.def("recorded", &recorded);
  module.def("device_bytes", &emulator::allocated_bytes);
}

}  // namespace fastcnn::bindings

#else

namespace fastcnn::bindings {

void register_emulator(pybind11::module_&) {}

}  // namespace fastcnn::bindings

#endif
