#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/conv2d_direct/conv2d_direct.h"
#include "ops/activation.h"
#include "ops/conv2d_channels.h"
#include "ops/conv2d_geometry.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// Runs the kernels of conv2d_direct over a whole batch: the convolution and its backward-data are
// the same plan with other tables.
//
// A task is an image, a chunk of its rows and a part of the output channels. It copies what it
// reads into its own zero-bordered window, where it reads outside of the image, and then walks its
// channels with the window in the cache. Every output is one sum in one order, so the result does
// not depend on how tasks are cut.
class Conv2dDirectPlan {
 public:
  struct Operands {
    const float* src;
    const float* weights;   // packed
    const float* bias;      // or null
    const float* residual;  // or null
    float* dst;
    Clamp clamp;
  };

  // `src_layout` is plain (few channels: a tap has one channel) or blocked. dst is blocked.
  Conv2dDirectPlan(const ConvView& view, Layout src_layout);

  const char* kernel_name() const { return kernel_.name; }
  double flops() const { return view_.flops; }
  std::size_t scratch_bytes(std::size_t threads) const;
  void run(const Operands& operands, void* scratch, cpu::Parallel parallel) const;

  // Input `input` of a node, plain weights [OC, IC / groups, KH, KW], as the kernel reads them.
  static Packing packing(std::shared_ptr<const Conv2dDirectPlan> plan, std::size_t input);

 private:
  struct GroupTaps {
    std::vector<std::ptrdiff_t> offsets;
    std::vector<kernels::ConvTaps> lists;
  };

  std::vector<ChannelRun> runs_of(std::int64_t group) const;
  void fill_taps();
  void pack(const float* src, float* dst, cpu::Parallel parallel) const;
  void pack_segment(const ConvPhase& phase, const ChannelSegment& segment,
                    const std::vector<ChannelRun>& runs, const float* src, float* dst) const;
  void run_item(const Operands& operands, std::int64_t image, std::int64_t chunk,
                std::size_t first_segment, std::size_t last_segment, float* window) const;

  ConvView view_;
  PixelLanes lanes_;
  const kernels::Conv2dDirectKernel& kernel_;
  ConvGeometry geometry_;
  std::vector<ChannelSegment> segments_;
  std::vector<GroupTaps> taps_;             // [phase][group]
  std::vector<std::size_t> weights_begin_;  // [phase][segment], and the end of the last one
};

}  // namespace fastcnn::ops
