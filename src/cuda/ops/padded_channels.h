#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "cuda/kernels/pad_channels/pad_channels.h"
#include "cuda/ops/checks.h"

namespace fastcnn::cuda {

// An input [rows][channels] whose channels are no multiple of four, as kernels on tensor cores read
// it: copied to scratch once a call, padded. Of a multiple of four it stays where it is.
class PaddedChannels {
 public:
  PaddedChannels() = default;
  PaddedChannels(std::int64_t rows, std::int64_t channels)
      : pad_{nullptr, nullptr, narrow(rows), narrow(channels), narrow(round_up(channels, 4))} {}

  // A multiple of 16, so that what follows in the scratch is aligned.
  std::size_t scratch_bytes() const {
    return pads() ? static_cast<std::size_t>(pad_.rows) * static_cast<std::size_t>(pad_.pitch) *
                        sizeof(float)
                  : 0;
  }

  // Where the input lies: `src`, or `scratch`, to which a copy is enqueued.
  const float* enqueue(const float* src, void* scratch, cudaStream_t stream) const {
    if (!pads()) return src;
    PadChannels pad = pad_;
    pad.src = src;
    pad.dst = static_cast<float*>(scratch);
    if (pad.rows != 0) pad_channels(pad, stream);
    return pad.dst;
  }

  // Why rows and channels cannot be padded, or nothing.
  static std::optional<std::string> refuse(std::int64_t rows, std::int64_t channels) {
    if (fits_32(rows * round_up(channels, 4))) return std::nullopt;
    return join(rows, " pixels of ", channels, " channels, padded to fours: ", kMaxCount,
                " elements are possible");
  }

 private:
  bool pads() const { return pad_.channels != pad_.pitch; }

  PadChannels pad_ = {};
};

}  // namespace fastcnn::cuda
