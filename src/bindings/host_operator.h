#pragma once

#include <pybind11/pybind11.h>

#include "engine/plan_spec.h"

namespace fastcnn::bindings {

// Operators that call `function(node name, [array, ...]) -> [array, ...]` with copies of their
// inputs, under the GIL. `function` gives arrays of the types and shapes of the node's outputs;
// what it raises reaches the caller of the plan.
engine::HostFactory host_factory(const pybind11::function& function);

}  // namespace fastcnn::bindings
