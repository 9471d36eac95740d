#include <pybind11/pybind11.h>

#include "bindings/register.h"

PYBIND11_MODULE(_core, module) {
  module.doc() = "FastCNN's native core for CPUs. Used by fastcnn.runtime alone.";
  fastcnn::bindings::register_errors(module);
  fastcnn::bindings::register_machine(module);
  fastcnn::bindings::register_plan(module);
}
