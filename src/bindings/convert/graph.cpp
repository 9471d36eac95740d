#include "bindings/convert/graph.h"

#include <algorithm>

#include "bindings/convert/arrays.h"

namespace py = pybind11;

namespace fastcnn::bindings {
namespace {

using engine::PlanSpec;
using engine::Role;
using engine::ValueSpec;

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

bool overlap(const py::array& a, const py::array& b) {
  const auto* a_begin = static_cast<const char*>(a.data());
  const auto* b_begin = static_cast<const char*>(b.data());
  return a_begin < b_begin + b.nbytes() && b_begin < a_begin + a.nbytes();
}

}  // namespace

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

void check_arrays(const engine::PlanSpec& spec, const Arrays& arrays,
                  const std::vector<std::size_t>& values, const char* role) {
  require(arrays.size() == values.size(), ErrorKind::kValue, "plan: has ", values.size(), " ", role,
          "s, was given ", arrays.size());
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const ValueSpec& value = spec.values[values[i]];
    if (!fits(arrays[i], value.desc)) {
      check_array(arrays[i], value.desc, join(role, " '", value.name, "'"));
    }
  }
}

void check_apart(const engine::PlanSpec& spec, const Arrays& inputs, const Arrays& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const std::string& name = spec.values[spec.outputs[i]].name;
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

}  // namespace fastcnn::bindings
