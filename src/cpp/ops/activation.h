#pragma once

#include <limits>
#include <string>

#include "ops/operator.h"

namespace fastcnn::ops {

// An activation that a kernel can finish with: min(high, max(low, x)).
struct Clamp {
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();
};

// Reads the attribute `activation`: linear (where it is absent), relu or relu6.
inline Clamp activation_of(const OpSpec& spec) {
  const std::string name = spec.attributes.get_string("activation", "linear");
  Clamp clamp;
  if (name == "linear") return clamp;
  clamp.low = 0.0f;
  if (name == "relu") return clamp;
  clamp.high = 6.0f;
  require(name == "relu6", ErrorKind::kValue, spec.op, ": activation '", name,
          "' is none of linear, relu, relu6");
  return clamp;
}

}  // namespace fastcnn::ops
