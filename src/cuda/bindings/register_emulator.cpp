#include "cuda/bindings/register.h"

#ifdef FASTCNN_CUDA_EMULATION

#include <pybind11/stl.h>

#include "emulator/device_memory.h"
#include "emulator/emulator.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace fastcnn::bindings {
namespace {

void configure(std::uint64_t seed, int os_threads, bool record) {
  emulator::config().seed = seed;
  emulator::config().os_threads = os_threads;
  emulator::config().record = record;
}

py::dict counters() {
  const emulator::Counters& c = emulator::counters();
  return py::dict("launches"_a = c.launches, "blocks"_a = c.blocks, "threads"_a = c.threads,
                  "barriers"_a = c.barriers, "warp_collectives"_a = c.warp_collectives,
                  "atomics"_a = c.atomics, "async_bytes"_a = c.async_bytes,
                  "mma_flops"_a = c.mma_flops);
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
             "record"_a = false);
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
