#pragma once

#include <cstdint>
#include <string>

#include "base/error.h"

namespace fastcnn {

// What the operands of products are rounded to; they are added as float32.
enum class Precision : std::uint8_t {
  kFloat32,
  kTf32,      // 8 bits of exponent, 10 of mantissa
  kFloat16,   // 5 and 10
  kBfloat16,  // 8 and 7
};

inline Precision precision_from(const std::string& name) {
  if (name == "float32") return Precision::kFloat32;
  if (name == "tf32") return Precision::kTf32;
  if (name == "float16") return Precision::kFloat16;
  if (name == "bfloat16") return Precision::kBfloat16;
  throw Error(
      ErrorKind::kUnsupported,
      join("precision '", name, "' is not there; use 'float32', 'tf32', 'float16' or 'bfloat16'"));
}

}  // namespace fastcnn
