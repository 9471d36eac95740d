#pragma once

#include <limits>
#include <optional>
#include <string>

#include "cuda/ops/operator.h"
#include "ops/checks.h"

namespace fastcnn::cuda {

// Kernels count pixels, rows and offsets into one image in 32 bits.
constexpr std::int64_t kMaxCount = std::numeric_limits<std::int32_t>::max();

constexpr bool fits_32(std::int64_t count) { return count >= 0 && count <= kMaxCount; }

constexpr std::int32_t narrow(std::int64_t count) { return static_cast<std::int32_t>(count); }

// Why a kernel of 32-bit counts cannot run the node, or nothing.
inline std::optional<std::string> refuse_sizes(const ops::OpSpec& spec) {
  for (const auto* descs : {&spec.inputs, &spec.outputs}) {
    for (const TensorDesc& desc : *descs) {
      if (!fits_32(desc.shape.count())) {
        return join("a tensor of ", desc.shape.count(), " elements; ", kMaxCount, " are possible");
      }
    }
  }
  return std::nullopt;
}

// The same where it takes float32 alone.
inline std::optional<std::string> refuse_types_and_sizes(const ops::OpSpec& spec) {
  if (const auto why = refuse_sizes(spec)) return why;
  return ops::refuse_types_but_float(spec);
}

// Whether a result of `shape` is to be NHWC, since an input comes so.
inline bool prefers_nhwc(const Shape& shape, const Layouts& given) {
  bool any = false;
  for (const Layout layout : given) any = any || layout == Layout::kNhwc;
  return any && shape.rank() == 4;
}

// `shape` as it lies in memory: NHWC where `layout` says so.
inline Shape stored_shape(const Shape& shape, Layout layout) {
  return layout == Layout::kNhwc ? Shape{shape[0], shape[2], shape[3], shape[1]} : shape;
}

// Where axis `axis` of [N, C, H, W] stands in that.
constexpr std::size_t stored_axis(std::size_t axis, Layout layout) {
  constexpr std::size_t kNhwcAxes[] = {0, 3, 1, 2};
  return layout == Layout::kNhwc ? kNhwcAxes[axis] : axis;
}

}  // namespace fastcnn::cuda
