#pragma once

#include <cstdint>
#include <vector>

#include "kernels/conv2d_winograd/conv2d_winograd.h"
#include "ops/convolution/conv2d_channels.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// Weights of an r x r convolution in the frequencies of F(m x m, r x r), U = G g G^T: a matrix of
// [IC, OC] for each, as conv2d_direct reads it, [frequency][segment][IC][blocks][lanes].
class WinogradWeights {
 public:
  // `backward`: those of the gradient of a convolution's input, which is the convolution of oc to
  // ic channels with its kernels turned by half a turn. ic and oc are then of the gradient: what it
  // reads and what it writes. ic are those of one of the groups, oc those of all of them; of
  // several groups each is whole blocks.
  WinogradWeights(std::int64_t ic, std::int64_t oc, kernels::WinogradSize size, bool backward,
                  std::int64_t groups = 1);

  const std::vector<ChannelSegment>& segments() const { return segments_; }
  // Floats from the start to a frequency of a segment.
  std::size_t place(std::size_t frequency, const ChannelSegment& segment) const {
    return frequency * stride_ + static_cast<std::size_t>(segment.channel * ic_);
  }
  std::size_t floats() const { return size_.a() * size_.a() * stride_; }
  // Of plain weights [OC, IC, r, r], or [IC, OC, r, r] for a gradient.
  Packing packing(std::size_t input) const;
  void pack(const float* src, float* dst, cpu::Parallel parallel) const;

 private:
  // Input channels [begin, end) of a segment.
  void pack_channels(const ChannelSegment& segment, std::int64_t begin, std::int64_t end,
                     const float* src, float* dst) const;

  std::int64_t ic_;
  std::int64_t oc_;
  std::int64_t groups_;
  kernels::WinogradSize size_;
  bool backward_;
  std::int64_t lanes_;
  std::vector<ChannelSegment> segments_;
  std::size_t stride_;  // floats of a frequency
};

}  // namespace fastcnn::ops
