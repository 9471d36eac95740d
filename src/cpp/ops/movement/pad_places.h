#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "ops/checks.h"

namespace fastcnn::ops {

enum class PadMode { kConstant, kEdge, kReflect, kWrap };

inline PadMode pad_mode_of(const OpSpec& spec) {
  const std::string name = spec.attributes.get_string("mode", "constant");
  if (name == "constant") return PadMode::kConstant;
  if (name == "edge") return PadMode::kEdge;
  if (name == "reflect") return PadMode::kReflect;
  require(name == "wrap", ErrorKind::kValue, spec.op, ": mode '", name,
          "' is none of constant, edge, reflect, wrap");
  return PadMode::kWrap;
}

// Which place of an axis of `extent` stands at `place`, -1 where the value does.
inline std::int64_t source_place(PadMode mode, std::int64_t place, std::int64_t extent) {
  if (place >= 0 && place < extent) return place;
  switch (mode) {
    case PadMode::kConstant:
      return -1;
    case PadMode::kEdge:
      return std::clamp<std::int64_t>(place, 0, extent - 1);
    case PadMode::kReflect: {
      const std::int64_t period = std::max<std::int64_t>(2 * (extent - 1), 1);
      const std::int64_t there = (place % period + period) % period;
      return std::min(there, period - there) % extent;
    }
    case PadMode::kWrap:
      break;
  }
  return (place % extent + extent) % extent;
}

// Checks attributes and output of a node whose pads are known.
inline void expect_pad(const OpSpec& spec) {
  const Shape& x = spec.inputs[0].shape;
  const std::vector<std::int64_t> pads = spec.attributes.get_ints("pads", 2 * x.rank());
  const PadMode mode = pad_mode_of(spec);
  std::vector<std::int64_t> extents;
  for (std::size_t a = 0; a < x.rank(); ++a) {
    const std::int64_t extent = x[a] + pads[a] + pads[a + x.rank()];
    const bool fills = pads[a] > 0 || pads[a + x.rank()] > 0;
    require(extent >= 0 && (x[a] > 0 || mode == PadMode::kConstant || !fills), ErrorKind::kValue,
            spec.op, ": pads ", pads[a], " and ", pads[a + x.rank()], " do not fit the ", x[a],
            " elements of axis ", a);
    extents.push_back(extent);
  }
  expect_output(spec, 0, Shape(extents));
}

}  // namespace fastcnn::ops
