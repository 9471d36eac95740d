#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// What each element of a becomes, with b where the function takes two.
enum class Function : std::int32_t {
  kClip,       // min(high, max(low, a)); a NaN stays
  kSigmoid,    // 1 / (1 + e^-a)
  kTanh,       //
  kLeakyRelu,  // a where a > 0, else low * a
  kAdd,        // clip(a + b)
  kMultiply,   // a * b
};

// dst[i] = function(a[i], b[i]), float32.
//
// Shapes    a, dst [size], on the device; b [size] where the function takes two, else null.
// Aliasing  dst may be a or b.
// Rounding  kSigmoid and kTanh to 2 ulp, with the functions of CUDA's math library.
// Errors    a refused launch throws; ops::elementwise checks shapes.
struct Elementwise {
  const float* a;
  const float* b;
  float* dst;
  std::int64_t size;
  float low, high;
};

void elementwise(Function function, const Elementwise& arguments, cudaStream_t stream);

}  // namespace fastcnn::cuda
