#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Along one axis the places that indices name, elements of any type.
//
//   dst[o, i, e] = src[o, indices[i], e], a negative index counted from the end; 0xff in every byte
//                  (a NaN, -1) where an index is outside of the axis
//
// Shapes    src [outer, extent, inner], dst [outer, count, inner] of `size` elements; indices
//           [count], int64 where `wide` is true, else int32; all on the device.
// Aliasing  dst overlaps nothing.
// Errors    a refused launch throws; what an index names cannot be reported from the device.
struct Gather {
  const void* src;
  const void* indices;
  void* dst;
  std::int64_t size;
  std::int32_t extent, count, inner;
  bool wide;
};

// `element_bytes`: 1, 2, 4 or 8.
void gather(const Gather& gather, std::size_t element_bytes, cudaStream_t stream);

}  // namespace fastcnn::cuda
