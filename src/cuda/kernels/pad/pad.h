#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

constexpr int kPaddedAxes = 8;

// Each axis longer or shorter at both ends, float32.
//
//   dst[i] = src[sum over axes a of places[first[a] + index_a(i)]], or value where one of these
//            places is negative; index_a(i) is the place of i along axis a
//
// Shapes    dst [extent[0], ..], of `size` elements, row-major; axes that are not there have
//           extent 1 and first -1. All on the device.
// Units     places are in elements of src.
// Aliasing  dst overlaps nothing.
// Errors    a refused launch throws; ops::pad checks attributes.
struct Pad {
  const float* src;
  const std::int32_t* places;
  float* dst;
  std::int64_t size;
  std::int32_t extent[kPaddedAxes];
  std::int32_t first[kPaddedAxes];
  float value;
};

void pad(const Pad& pad, cudaStream_t stream);

}  // namespace fastcnn::cuda
