#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// What each element of a becomes, with b where the function takes two: functions.inc.
enum class Function : std::int32_t {
#define FASTCNN_UNARY(name, result) k##name,
#define FASTCNN_BINARY(name, result) k##name,
#define FASTCNN_ALIKE(name, result) k##name,
#include "cuda/kernels/elementwise/functions.inc"
#undef FASTCNN_UNARY
#undef FASTCNN_BINARY
#undef FASTCNN_ALIKE
};

// dst[i] = function(a[i], b[i]), float32.
//
// Shapes    a, dst [size], on the device; b [size] where the function takes two, else null.
// Aliasing  dst may be a or b.
// Rounding  one operation at a time, with the functions of CUDA's math library.
// Errors    a refused launch throws; ops::elementwise checks shapes.
struct Elementwise {
  const float* a;
  const float* b;
  float* dst;
  std::int64_t size;
  float p, q;  // of the function
};

void elementwise(Function function, const Elementwise& arguments, cudaStream_t stream);

constexpr int kBroadcastAxes = 5;

// The same with operands that are broadcast: dst is row-major over `extent`, and a step along axis
// k leads a_stride[k] elements further in a and b_stride[k] in b, 0 where all read one element.
//
// Shapes    extent[0] may be anything, axes that are not needed have extent 1.
// Aliasing  dst overlaps nothing.
struct Broadcast {
  Elementwise each;
  std::int32_t extent[kBroadcastAxes];
  std::int32_t a_stride[kBroadcastAxes];
  std::int32_t b_stride[kBroadcastAxes];
};

// `function` takes two, which may be broadcast.
void broadcast(Function function, const Broadcast& arguments, cudaStream_t stream);

}  // namespace fastcnn::cuda
