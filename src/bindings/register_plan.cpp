#include <pybind11/stl.h>

#include <optional>

#include "bindings/convert/arrays.h"
#include "bindings/convert/graph.h"
#include "bindings/host_operator.h"
#include "bindings/register.h"
#include "engine/plan.h"
#include "engine/refusals.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace fastcnn::bindings {
namespace {

using engine::Plan;
using engine::PlanSpec;

std::unique_ptr<Plan> make_plan(
    const std::vector<ValueTuple>& values, const std::vector<NodeTuple>& nodes,
    const std::vector<std::size_t>& inputs, const std::vector<std::size_t>& outputs,
    const std::vector<std::pair<std::size_t, std::size_t>>& updates, std::size_t threads,
    bool guard, bool winograd, const std::shared_ptr<engine::PackCache>& cache,
    const std::optional<py::function>& host, const std::shared_ptr<engine::ChoiceTable>& choices) {
  PlanSpec spec = graph_from(values, nodes);
  const std::size_t count = values.size();
  check_indices(inputs, count);
  check_indices(outputs, count);
  for (const auto& [state, now] : updates) check_indices({state, now}, count);
  spec.inputs = inputs;
  spec.outputs = outputs;
  spec.updates = updates;
  spec.threads = threads;
  spec.guard = guard;
  spec.options.winograd = winograd;
  spec.cache = cache;
  if (host) spec.host = host_factory(*host);
  spec.choices = choices;
  const py::gil_scoped_release release;
  return std::make_unique<Plan>(std::move(spec));
}

Arrays run(const Plan& plan, const Arrays& inputs, std::optional<Arrays> given,
           std::vector<double>* milliseconds) {
  const PlanSpec& spec = plan.spec();
  check_arrays(spec, inputs, spec.inputs, "input");
  if (given) {
    check_arrays(spec, *given, spec.outputs, "output");
    check_apart(spec, inputs, *given);
  } else {
    given.emplace();
    for (const std::size_t output : spec.outputs) {
      given->push_back(new_array(spec.values[output].desc));
    }
  }
  std::vector<const void*> sources;
  std::vector<void*> targets;
  for (const py::array& array : inputs) sources.push_back(array.data());
  for (py::array& array : *given) targets.push_back(array.mutable_data());
  const py::gil_scoped_release release;
  plan.run(sources, targets, milliseconds);
  return std::move(*given);
}

std::vector<std::pair<std::string, std::string>> refusals(const std::vector<ValueTuple>& values,
                                                          const std::vector<NodeTuple>& nodes) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const engine::Refusal& refusal : engine::refusals(graph_from(values, nodes))) {
    pairs.emplace_back(refusal.node, refusal.why);
  }
  return pairs;
}

py::list steps(const Plan& plan) {
  py::list list;
  for (const engine::StepInfo& step : plan.steps()) {
    list.append(py::dict("name"_a = step.name, "op"_a = step.op, "kernel"_a = step.kernel,
                         "layout"_a = step.layout, "why"_a = step.why, "flops"_a = step.flops,
                         "bytes"_a = step.size_bytes));
  }
  return list;
}

}  // namespace

void register_plan(py::module_& module) {
  py::class_<engine::PackCache, std::shared_ptr<engine::PackCache>>(module, "PackCache")
      .def(py::init<>())
      .def_property_readonly("size_bytes", &engine::PackCache::size_bytes);

  using engine::ChoiceTable;
  py::class_<ChoiceTable, std::shared_ptr<ChoiceTable>>(module, "ChoiceTable")
      .def(py::init<>())
      .def("add", &ChoiceTable::add, "key"_a, "times"_a)
      .def("entries", &ChoiceTable::entries);

  module.def("refusals", &refusals, py::kw_only(), "values"_a, "nodes"_a,
             "(node, why) of each node that no implementation takes.");

  py::class_<Plan>(module, "Plan")
      .def(py::init(&make_plan), py::kw_only(), "values"_a, "nodes"_a, "inputs"_a, "outputs"_a,
           "updates"_a, "threads"_a, "guard"_a, "winograd"_a, "cache"_a, "host"_a, "choices"_a)
      .def(
          "run",
          [](const Plan& plan, const Arrays& inputs, std::optional<Arrays> outputs) {
            return run(plan, inputs, std::move(outputs), nullptr);
          },
          "inputs"_a, "outputs"_a = py::none(),
          "The results: in new arrays, or in `outputs` where those are given.")
      .def(
          "profile",
          [](const Plan& plan, const Arrays& inputs) {
            std::vector<double> milliseconds(plan.steps().size(), 0.0);
            run(plan, inputs, std::nullopt, &milliseconds);
            return milliseconds;
          },
          "inputs"_a, "Milliseconds of each step of one run.")
      .def("steps", &steps)
      .def_property_readonly("arena_bytes", &Plan::arena_bytes);
}

}  // namespace fastcnn::bindings
