#pragma once

#include <limits>
#include <optional>
#include <string>

#include "ops/checks.h"

namespace fastcnn::cuda {

// Kernels count pixels, rows and offsets into one image in 32 bits.
constexpr std::int64_t kMaxCount = std::numeric_limits<std::int32_t>::max();

constexpr bool fits_32(std::int64_t count) { return count >= 0 && count <= kMaxCount; }

constexpr std::int32_t narrow(std::int64_t count) { return static_cast<std::int32_t>(count); }

// Why a kernel of float32 and 32-bit counts cannot run the node, or nothing.
inline std::optional<std::string> refuse_types_and_sizes(const ops::OpSpec& spec) {
  for (const auto* descs : {&spec.inputs, &spec.outputs}) {
    for (const TensorDesc& desc : *descs) {
      if (!fits_32(desc.shape.count())) {
        return join("a tensor of ", desc.shape.count(), " elements; ", kMaxCount, " are possible");
      }
    }
  }
  return ops::refuse_types_but_float(spec);
}

}  // namespace fastcnn::cuda
