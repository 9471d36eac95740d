#pragma once

#include <cstdint>

#include "base/precision.h"
#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// The weights of a convolution as the matrices that kernels multiply with: a row for each tap and
// channel of a group that is read, channels innermost, and a column for each that is written.
//
//   dst[g, t pitch + c, o] =
//       src[g group_stride + o dst_stride + c src_stride + places[t]],  0 past the last channel,
//       row or column
//
// Shapes    dst [groups][rows][columns], rows and columns multiples as in base/convolution.h;
// places
//           [taps], all on the device.
// Units     elements.
// Aliasing  dst overlaps nothing.
// Errors    a refused launch throws.
struct PackWeights {
  const float* src;
  const std::int32_t* places;
  void* dst;
  std::int32_t groups, taps, channels;
  std::int32_t pitch;          // rows from one tap to the next: the channels, or more
  std::int32_t group_columns;  // of a group, before padding
  std::int32_t rows, columns;
  std::int32_t tile_columns;  // of pack_fragments() alone
  std::int32_t group_stride, dst_stride, src_stride;
};

// Of float32.
void pack_weights(const PackWeights& pack, cudaStream_t stream);

// The same matrices rounded to `precision`, which is not kFloat32, and laid out as a warp
// multiplies them (base/fragment.cuh): of each 16 rows and 8 columns together what lane 0 holds,
// then lane 1. What a block multiplies lies in a row.
//
// Shapes    dst [groups][columns / tile][rows / 16][tile / 8][32][4]; rows a multiple of 16,
// columns
//           of `tile_columns`, these of 8.
// Rounding  tf32: ties away from zero; float16, bfloat16: ties to even; beyond their range
// infinite.
void pack_fragments(const PackWeights& pack, Precision precision, cudaStream_t stream);

}  // namespace fastcnn::cuda
