#include <pybind11/stl.h>

#include <algorithm>
#include <optional>

#include "bindings/convert/arrays.h"
#include "bindings/host_operator.h"
#include "bindings/register.h"
#include "engine/plan.h"
#include "engine/refusals.h"

namespace py = pybind11;
using namespace pybind11::literals;

namespace fastcnn::bindings {
namespace {

using engine::NodeSpec;
using engine::Plan;
using engine::PlanSpec;
using engine::Role;
using engine::ValueSpec;

// (name, shape, dtype, role, array or None)
using ValueTuple = std::tuple<std::string, std::vector<std::int64_t>, std::string, std::string,
                              std::optional<py::array>>;
// (name, op, inputs, outputs, attributes)
using NodeTuple = std::tuple<std::string, std::string, std::vector<std::size_t>,
                             std::vector<std::size_t>, std::map<std::string, Attributes::Value>>;

Role role_from(const std::string& name) {
  if (name == "input") return Role::kInput;
  if (name == "constant") return Role::kConstant;
  if (name == "state") return Role::kState;
  if (name == "computed") return Role::kComputed;
  throw Error(ErrorKind::kValue, join("plan: '", name, "' is no role of a value"));
}

ValueSpec value_from(const ValueTuple& tuple) {
  const auto& [name, extents, dtype, role, array] = tuple;
  ValueSpec value{name, {Shape(extents), dtype_from(dtype), Layout::kPlain}, role_from(role), {}};
  const bool needs_data = value.role == Role::kConstant || value.role == Role::kState;
  require(needs_data == array.has_value(), ErrorKind::kValue, "plan: value '", name, "' is ", role,
          needs_data ? " and needs data" : " and takes no data");
  if (array) {
    check_array(*array, value.desc, "value '" + name + "'");
    require(value.role != Role::kState || array->writeable(), ErrorKind::kValue, "plan: state '",
            name, "' is read-only");
    value.data = share_memory(*array);
  }
  return value;
}

void check_indices(const std::vector<std::size_t>& indices, std::size_t count) {
  for (const std::size_t index : indices) {
    require(index < count, ErrorKind::kValue, "plan: value ", index, " of ", count);
  }
}

PlanSpec graph_from(const std::vector<ValueTuple>& values, const std::vector<NodeTuple>& nodes) {
  PlanSpec spec;
  for (const ValueTuple& value : values) spec.values.push_back(value_from(value));
  for (const auto& [name, op, inputs, outputs, attributes] : nodes) {
    check_indices(inputs, values.size());
    check_indices(outputs, values.size());
    spec.nodes.push_back({name, op, inputs, outputs, Attributes(attributes)});
  }
  return spec;
}

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

using Arrays = std::vector<py::array>;

// Checks that `arrays` are what the plan takes or gives as
// `values`.
void check_arrays(const Plan& plan, const Arrays& arrays, const std::vector<std::size_t>& values,
                  const char* role) {
  require(arrays.size() == values.size(), ErrorKind::kValue, "plan: has ", values.size(), " ", role,
          "s, was given ", arrays.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const ValueSpec& value = plan.spec().values[values[i]];
    if (!fits(arrays[i], value.desc)) {
      check_array(arrays[i], value.desc, join(role, " '", value.name, "'"));
    }
  }
}

bool overlap(const py::array& a, const py::array& b) {
  const auto* a_begin = static_cast<const char*>(a.data());
  const auto* b_begin = static_cast<const char*>(b.data());
  return a_begin < b_begin + b.nbytes() && b_begin < a_begin + a.nbytes();
}

// Steps write results before the last input is read, so memory
// given for one must be its own.
void check_apart(const Plan& plan, const Arrays& inputs, const Arrays& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = plan.spec().values[plan.spec().outputs[i]].name;
    require(outputs[i].writeable(), ErrorKind::kValue, "plan: the array for output '", name,
            "' is read-only");
    const auto shares = [&](const py::array& other) { return overlap(outputs[i], other); };
    require(
        std::none_of(inputs.begin(), inputs.end(), shares) &&
            std::none_of(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(i), shares),
        ErrorKind::kValue, "plan: the array for output '", name,
        "' shares memory with an input or another output");
  }
}

Arrays run(const Plan& plan, const Arrays& inputs, std::optional<Arrays> given,
           std::vector<double>* milliseconds) {
  const PlanSpec& spec = plan.spec();
  check_arrays(plan, inputs, spec.inputs, "input");
  if (given) {
    check_arrays(plan, *given, spec.outputs, "output");
    check_apart(plan, inputs, *given);
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
