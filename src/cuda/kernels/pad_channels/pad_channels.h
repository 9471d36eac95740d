#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Channels padded with zeros, so that kernels on tensor cores copy four of them at a time.
//
//   dst[r, c] = src[r, c] for c in [0, channels), 0 for c in [channels, pitch)
//
// Shapes    src [rows][channels], dst [rows][pitch], channels > 0, rows pitch below 2^31; all on
// the
//           device.
// Units     elements, float32.
// Aliasing  dst does not overlap src.
// NaN       is copied.
// Errors    a refused launch throws.
struct PadChannels {
  const float* src;
  float* dst;
  std::int32_t rows;
  std::int32_t channels, pitch;
};

void pad_channels(const PadChannels& pad, cudaStream_t stream);

}  // namespace fastcnn::cuda
