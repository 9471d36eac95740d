#pragma once

#include <pybind11/numpy.h>

#include <memory>
#include <optional>
#include <string>

#include "base/tensor_desc.h"
#include "cuda/base/device.h"
#include "cuda/base/stream.h"

namespace fastcnn::bindings {

// A C-contiguous array on a device: in memory of its own, or of whoever made it.
struct DeviceArray {
  TensorDesc desc;
  void* data = nullptr;
  int device = 0;
  bool read_only = false;
  std::shared_ptr<void> owner;                // keeps the memory
  std::shared_ptr<const cuda::Event> filled;  // when the numbers are there; null: they are
  cudaStream_t stream = nullptr;              // that of `filled`

  std::size_t size_bytes() const {
    return static_cast<std::size_t>(desc.shape.count()) * size_of(desc.dtype);
  }
};

// An array of its own on the current device.
DeviceArray new_device_array(const TensorDesc& desc);

// Keeps a Python object for as long as there are copies of the pointer.
std::shared_ptr<void> keep(pybind11::object object);

std::vector<std::int64_t> extents_of(const Shape& shape);

void register_device_array(pybind11::module_& module);

}  // namespace fastcnn::bindings
