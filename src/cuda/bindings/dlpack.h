#pragma once

#include <optional>
#include <utility>

#include "cuda/bindings/device_array.h"

namespace fastcnn::bindings {

// DLPack capsules, old ("dltensor") and versioned ("dltensor_versioned", of major version 1).

// Takes what a capsule holds: it is marked as used, and its deleter called when the array goes.
// Throws, leaving the capsule as it is, unless it holds C-contiguous numbers on a CUDA device.
DeviceArray from_dlpack(const pybind11::capsule& capsule);

// A capsule with the memory of `array`, which it keeps.
pybind11::capsule to_dlpack(const DeviceArray& array, bool versioned);

}  // namespace fastcnn::bindings
