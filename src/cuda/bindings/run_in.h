#pragma once

#include <optional>
#include <vector>

#include "cuda/bindings/device_array.h"
#include "cuda/engine/plan.h"

namespace fastcnn::bindings {

using DeviceArrays = std::vector<DeviceArray>;

// Puts a run over device arrays into `stream`, after what is in the streams `before` now; waits for
// its end if `wait`. Gives the outputs: new ones, or `given`.
DeviceArrays run_in(const cuda::Plan& plan, std::uintptr_t stream,
                    const std::vector<std::uintptr_t>& before, const DeviceArrays& inputs,
                    std::optional<DeviceArrays> given, bool wait);

}  // namespace fastcnn::bindings
