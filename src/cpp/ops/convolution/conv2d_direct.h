#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "kernels/conv2d_direct/conv2d_direct.h"
#include "ops/convolution/conv2d_band.h"
#include "ops/convolution/conv2d_channels.h"
#include "ops/convolution/conv2d_geometry.h"
#include "ops/convolution/conv2d_node.h"

namespace fastcnn::ops {

// Runs the kernels of conv2d_direct over a whole batch: the convolution and its backward-data are
// the same plan with other tables.
//
// A task is a few images, a chunk of their rows and a part of the output channels. Pixels at the
// edge of the image are phases of their own, without the taps that fall outside; or, where that
// would make too many small phases, a task copies what it reads into its own zero-bordered window.
// Where the weights of a segment would fall out of the second cache, all outputs of a task are
// summed over some of the channels, a depth, before the next. Every output is one sum in one order,
// so the result does not depend on how tasks are cut.
class Conv2dDirectPlan {
 public:
  using Operands = ConvOperands;

  // `src_layout` is plain (few channels: a tap has one channel) or blocked. dst is blocked.
  Conv2dDirectPlan(const ConvView& view, Layout src_layout, BandPlanes planes = {});

  const char* kernel_name() const { return kernel_.name; }
  double flops() const { return view_.flops; }
  // Sums of several depths rest in dst before the residual is added.
  bool dst_may_be_residual() const { return depths_ == 1; }
  std::size_t scratch_bytes(std::size_t threads) const;
  void run(const Operands& operands, void* scratch, cpu::Parallel parallel) const;

  // Input `input` of a node, plain weights [OC, IC / groups, KH, KW], as the kernel reads them:
  // [segment][plane][place of the kernel][channel][blocks][lanes].
  static Packing packing(std::shared_ptr<const Conv2dDirectPlan> plan, std::size_t input);

 private:
  struct Depth {
    std::vector<kernels::ConvTaps> lists;
    std::int64_t first_row;  // of the weights
    std::int64_t rows;
  };
  // Weights of a segment and a depth.
  struct Weights {
    std::size_t begin;
    std::size_t floats;
  };
  struct GroupTaps {
    std::vector<kernels::ConvTap> taps;
    std::vector<Depth> depths;
  };

  std::int64_t src_channels() const { return view_.src_channels / view_.groups; }  // of a group
  std::vector<ChannelRun> runs_of(std::int64_t group) const;
  GroupTaps taps_of(const ConvPhase& phase, std::int64_t group) const;
  void pack(const float* src, float* dst, cpu::Parallel parallel) const;
  void pack_segment(const ChannelSegment& segment, const float* src, float* dst) const;
  const float* read_windows(const float* images, std::int64_t chunk, std::size_t first_segment,
                            std::size_t last_segment, float* windows) const;
  Weights weights_of(std::size_t segment, std::size_t depth) const;
  void run_segment(const Operands& operands, const float* src, std::int64_t dst, std::int64_t chunk,
                   std::int64_t images, std::size_t segment, std::size_t depth, Weights next) const;
  void run_item(const Operands& operands, std::int64_t item, std::int64_t chunk,
                std::size_t first_segment, std::size_t last_segment, float* windows) const;

  ConvView view_;
  ImageLayout src_;
  ImageLayout dst_;
  const kernels::Conv2dDirectKernel& kernel_;
  std::int64_t max_blocks_;  // of a segment
  std::int64_t together_;    // images of one task
  std::size_t depths_;
  ConvGeometry geometry_;
  std::vector<ChannelSegment> segments_;
  std::vector<GroupTaps> taps_;             // [phase][group]
  std::vector<std::size_t> weights_begin_;  // [segment], and the end of the last one; in floats
};

}  // namespace fastcnn::ops
