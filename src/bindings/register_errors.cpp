#include "base/error.h"
#include "bindings/register.h"

namespace py = pybind11;

namespace fastcnn::bindings {
namespace {

const char* class_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kShape:
      return "ShapeError";
    case ErrorKind::kType:
      return "DTypeError";
    case ErrorKind::kValue:
      return "InvalidValueError";
    case ErrorKind::kUnsupported:
      return "UnsupportedError";
    case ErrorKind::kMemory:
      return "OutOfMemoryError";
    case ErrorKind::kInternal:
      break;
  }
  return "FastcnnError";
}

}  // namespace

void register_errors(py::module_&) {
  py::register_exception_translator([](std::exception_ptr pointer) {
    try {
      if (pointer) std::rethrow_exception(pointer);
    } catch (const Error& error) {
      const py::object type = py::module_::import("fastcnn.errors").attr(class_of(error.kind()));
      PyErr_SetString(type.ptr(), error.what());
    }
  });
}

}  // namespace fastcnn::bindings
