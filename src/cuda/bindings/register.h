#pragma once

#include <pybind11/pybind11.h>

namespace fastcnn::bindings {

// What the emulated module has besides: seeds, counters, records. Nothing in the real one.
void register_emulator(pybind11::module_& module);

}  // namespace fastcnn::bindings
