#include <pybind11/stl.h>

#include <optional>

#include "bindings/convert/arrays.h"
#include "bindings/convert/graph.h"
#include "bindings/register.h"
#include "cuda/base/device.h"
#include "cuda/bindings/device_array.h"
#include "cuda/bindings/register.h"
#include "cuda/bindings/run_in.h"
#include "cuda/bindings/streams.h"
#include "cuda/engine/plan.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace fastcnn::bindings {
namespace {

using cuda::Plan;
using cuda::State;
using engine::PlanSpec;

std::unique_ptr<Plan> make_plan(
    const std::vector<ValueTuple>& values, const std::vector<NodeTuple>& nodes,
    const std::vector<std::size_t>& inputs, const std::vector<std::size_t>& outputs,
    const std::vector<std::pair<std::size_t, std::size_t>>& updates, std::shared_ptr<State> state,
    const std::string& precision, bool guard, bool graphs,
    const std::optional<std::shared_ptr<engine::ChoiceTable>>& choices) {
  PlanSpec spec = graph_from(values, nodes);
  check_indices(inputs, values.size());
  check_indices(outputs, values.size());
  for (const auto& [old, now] : updates) check_indices({old, now}, values.size());
  spec.inputs = inputs;
  spec.outputs = outputs;
  spec.updates = updates;
  spec.guard = guard;
  spec.options.precision = precision_from(precision);
  spec.choices = choices.value_or(nullptr);
  const py::gil_scoped_release release;
  return std::make_unique<Plan>(std::move(spec), std::move(state), graphs);
}

cuda::RunArrays pointers(const Arrays& inputs, Arrays& outputs) {
  cuda::RunArrays arrays;
  for (const py::array& array : inputs) arrays.inputs.push_back(array.data());
  for (py::array& array : outputs) arrays.outputs.push_back(array.mutable_data());
  return arrays;
}

Arrays new_outputs(const PlanSpec& spec) {
  Arrays outputs;
  for (const std::size_t output : spec.outputs) {
    outputs.push_back(new_array(spec.values[output].desc));
  }
  return outputs;
}

Arrays run(const Plan& plan, const Arrays& inputs, std::optional<Arrays> given) {
  const PlanSpec& spec = plan.spec();
  check_arrays(spec, inputs, spec.inputs, "input");
  if (given) {
    check_arrays(spec, *given, spec.outputs, "output");
    check_apart(spec, inputs, *given);
  } else {
    given = new_outputs(spec);
  }
  const cuda::RunArrays arrays = pointers(inputs, *given);
  const py::gil_scoped_release release;
  plan.run(arrays);
  return std::move(*given);
}

std::vector<float> profile(const Plan& plan, const Arrays& inputs) {
  check_arrays(plan.spec(), inputs, plan.spec().inputs, "input");
  Arrays outputs = new_outputs(plan.spec());
  const cuda::RunArrays arrays = pointers(inputs, outputs);
  const py::gil_scoped_release release;
  return plan.profile(arrays);
}

py::list steps(const Plan& plan) {
  py::list list;
  for (const cuda::StepInfo& step : plan.steps()) {
    list.append(py::dict("name"_a = step.name, "op"_a = step.op, "kernel"_a = step.kernel,
                         "layout"_a = step.layout, "flops"_a = step.flops, "why"_a = step.why));
  }
  return list;
}

std::vector<std::pair<std::string, std::string>> operators() {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const cuda::Implementation& implementation : cuda::implementations()) {
    pairs.emplace_back(implementation.op, implementation.name);
  }
  return pairs;
}

py::dict device_info() {
  cuda::require_device();
  cudaDeviceProp properties;
  FASTCNN_CUDA_TRY(cudaGetDeviceProperties(&properties, cuda::current_device()));
  std::size_t free = 0;
  std::size_t total = 0;
  FASTCNN_CUDA_TRY(cudaMemGetInfo(&free, &total));
  int driver = 0;
  FASTCNN_CUDA_TRY(cudaDriverGetVersion(&driver));
  return py::dict("name"_a = std::string(properties.name),
                  "compute_capability"_a = py::make_tuple(properties.major, properties.minor),
                  "memory_bytes"_a = properties.totalGlobalMem, "free_bytes"_a = free,
                  "multiprocessors"_a = properties.multiProcessorCount,
                  "driver"_a = py::make_tuple(driver / 1000, driver % 1000 / 10));
}

void register_device_errors() {
  py::register_local_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const cuda::DeviceError& error) {
      const py::object type = py::module_::import("fastcnn.errors").attr("DeviceError");
      PyErr_SetString(type.ptr(), error.what());
    }
  });
}

}  // namespace
}  // namespace fastcnn::bindings

// Built twice: against the CUDA runtime as _cuda, against the emulator as _cuda_emu.
PYBIND11_MODULE(FASTCNN_CUDA_MODULE, module) {
  using namespace fastcnn::bindings;
  module.doc() = "FastCNN on CUDA devices. Used by fastcnn.runtime alone.";
  register_errors(module);
  register_device_errors();
  module.def("device_info", &device_info,
             "What the current device is; raises where there is none.");
  module.def("operators", &operators, "(op, implementation) of every line of implementations.inc.");
  using fastcnn::engine::ChoiceTable;
  py::class_<ChoiceTable, std::shared_ptr<ChoiceTable>>(module, "ChoiceTable", py::module_local(),
                                                        "Measured times, by what was measured.")
      .def(py::init<>())
      .def("add", &ChoiceTable::add, "key"_a, "times"_a)
      .def("entries", &ChoiceTable::entries);
  py::class_<State, std::shared_ptr<State>>(module, "State", py::module_local(),
                                            "Parameters on the device, for several plans.")
      .def(py::init<>())
      .def("upload", &State::upload, py::call_guard<py::gil_scoped_release>())
      .def("download", &State::download, py::call_guard<py::gil_scoped_release>());
  py::class_<Plan>(module, "Plan", py::module_local())
      .def(py::init(&make_plan), py::kw_only(), "values"_a, "nodes"_a, "inputs"_a, "outputs"_a,
           "updates"_a, "state"_a, "precision"_a, "guard"_a = false, "graphs"_a = true,
           "choices"_a = py::none())
      .def("run", &run, "inputs"_a, "outputs"_a = py::none(),
           "The results: in new arrays, or in `outputs` where those are given.")
      .def("run_in", &run_in, "stream"_a, "before"_a, "inputs"_a, "outputs"_a = py::none(),
           "wait"_a = false,
           "Puts a run over device arrays into a stream, after what is in those of `before`; "
           "the results.")
      .def("profile", &profile, "inputs"_a, "Milliseconds of each step on the device.")
      .def("steps", &steps)
      .def_property_readonly("graphs", &Plan::graphs, "How many graphs were recorded.")
      .def_property_readonly("arena_bytes", &Plan::arena_bytes);
  register_streams(module);
  register_device_array(module);
  register_emulator(module);
}
