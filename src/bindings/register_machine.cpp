#include <pybind11/stl.h>

#include "bindings/register.h"
#include "cpu/cache.h"
#include "cpu/cpu_count.h"
#include "cpu/isa.h"
#include "cpu/thread_pool.h"
#include "engine/peak.h"
#include "kernels/catalogue.h"
#include "ops/operator.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace fastcnn::bindings {
namespace {

py::dict cpu_info() {
  std::vector<std::string> isas;
  for (const cpu::Isa isa : cpu::available_isas()) isas.emplace_back(cpu::name_of(isa));
  const cpu::CacheSizes& caches = cpu::cache_sizes();
  return py::dict("brand"_a = cpu::brand(), "features"_a = cpu::features(), "isas"_a = isas,
                  "isa"_a = cpu::name_of(cpu::active_isa()), "block"_a = cpu::block(),
                  "l1_bytes"_a = caches.l1, "l2_bytes"_a = caches.l2, "l3_bytes"_a = caches.l3,
                  "affinity_cpus"_a = cpu::affinity_count(), "cgroup_cpus"_a = cpu::cgroup_quota(),
                  "threads"_a = cpu::ThreadPool::instance().threads());
}

py::list kernels_list() {
  py::list list;
  for (const kernels::KernelInfo& kernel : kernels::catalogue()) {
    list.append(py::dict("family"_a = kernel.family, "name"_a = kernel.name,
                         "isa"_a = cpu::name_of(kernel.isa), "usable"_a = cpu::usable(kernel.isa)));
  }
  return list;
}

std::vector<std::pair<std::string, std::string>> operators() {
  std::vector<std::pair<std::string, std::string>> list;
  for (const ops::Implementation& entry : ops::implementations()) {
    list.emplace_back(entry.op, entry.name);
  }
  return list;
}

}  // namespace

void register_machine(py::module_& module) {
  module.def("cpu_info", &cpu_info);
  module.def("kernels", &kernels_list);
  module.def("operators", &operators);
  module.def("set_isa", &cpu::set_isa, "name"_a);
  module.def("get_num_threads", [] { return cpu::ThreadPool::instance().threads(); });
  module.def(
      "set_num_threads",
      [](std::size_t threads) {
        const py::gil_scoped_release release;
        cpu::ThreadPool::instance().set_threads(threads);
      },
      "threads"_a);
  module.def(
      "measure_peak_gflops",
      [](std::size_t threads) {
        const py::gil_scoped_release release;
        return engine::measure_peak_gflops(threads);
      },
      "threads"_a);
}

}  // namespace fastcnn::bindings
