#pragma once

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "engine/plan_spec.h"

namespace fastcnn::bindings {

// (name, shape, dtype, role, array or None)
using ValueTuple = std::tuple<std::string, std::vector<std::int64_t>, std::string, std::string,
                              std::optional<pybind11::array>>;
// (name, op, inputs, outputs, attributes)
using NodeTuple = std::tuple<std::string, std::string, std::vector<std::size_t>,
                             std::vector<std::size_t>, std::map<std::string, Attributes::Value>>;

// Throws unless each of `indices` is that of one of `count` values.
void check_indices(const std::vector<std::size_t>& indices, std::size_t count);

// The values and nodes of a plan; the rest of it is the caller's to fill in.
engine::PlanSpec graph_from(const std::vector<ValueTuple>& values,
                            const std::vector<NodeTuple>& nodes);

using Arrays = std::vector<pybind11::array>;

// Throws unless `arrays` are what the plan takes or gives as `values`.
void check_arrays(const engine::PlanSpec& spec, const Arrays& arrays,
                  const std::vector<std::size_t>& values, const char* role);

// Throws unless `outputs` can be written to and share no memory with an input or with each other:
// steps write results before the last input is read.
void check_apart(const engine::PlanSpec& spec, const Arrays& inputs, const Arrays& outputs);

}  // namespace fastcnn::bindings
