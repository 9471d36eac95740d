#pragma once

#include <pybind11/numpy.h>

#include <memory>
#include <string>

#include "base/tensor_desc.h"

namespace fastcnn::bindings {

DType dtype_from(const std::string& name);
pybind11::dtype numpy_dtype(DType type);

// Whether `array` is C-contiguous and of the shape and type of `desc`.
bool fits(const pybind11::array& array, const TensorDesc& desc);

// Throws unless fits(); `what` names the array in the message.
void check_array(const pybind11::array& array, const TensorDesc& desc, const std::string& what);

// The memory of `array`, which lives as long as the pointer does.
std::shared_ptr<void> share_memory(const pybind11::array& array);

pybind11::array new_array(const TensorDesc& desc);

}  // namespace fastcnn::bindings
