#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>

#include "cuda/base/stream.h"

namespace fastcnn::bindings {

// Streams as Python knows them: numbers, 1 being the legacy stream and 2 that of the thread.
inline cudaStream_t stream_of(std::uintptr_t number) {
  return reinterpret_cast<cudaStream_t>(number);
}
inline std::uintptr_t number_of(cudaStream_t stream) {
  return stream == nullptr ? 1 : reinterpret_cast<std::uintptr_t>(stream);
}

void register_streams(pybind11::module_& module);

}  // namespace fastcnn::bindings
