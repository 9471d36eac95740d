#pragma once

#include <pybind11/pybind11.h>

namespace fastcnn::bindings {

void register_errors(pybind11::module_& module);
void register_machine(pybind11::module_& module);
void register_plan(pybind11::module_& module);

}  // namespace fastcnn::bindings
