#pragma once

#include <cstdint>
#include <vector>

#include "ops/conv2d_channels.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// Weights of a 3x3 convolution in the frequencies of F(m x m, 3 x 3), U = G g G^T: a matrix of
// [IC, OC] for each, as conv2d_direct reads it, [frequency][segment][IC][blocks][lanes].
class WinogradWeights {
 public:
  WinogradWeights(std::int64_t ic, std::int64_t oc, std::int64_t m);

  const std::vector<ChannelSegment>& segments() const { return segments_; }
  // Floats from the start to a frequency of a segment.
  std::size_t place(std::size_t frequency, const ChannelSegment& segment) const {
    return frequency * stride_ + static_cast<std::size_t>(segment.channel * ic_);
  }
  Packing packing(std::size_t input) const;  // of plain weights [OC, IC, 3, 3]

 private:
  void pack(const float* src, float* dst, cpu::Parallel parallel) const;
  void pack_segment(const ChannelSegment& segment, const float* src, float* dst) const;

  std::int64_t ic_;
  std::int64_t oc_;
  std::int64_t m_;
  std::int64_t lanes_;
  std::vector<ChannelSegment> segments_;
  std::size_t stride_;  // floats of a frequency
};

}  // namespace fastcnn::ops
