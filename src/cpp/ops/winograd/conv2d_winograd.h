#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/conv2d_direct/conv2d_direct.h"
#include "kernels/conv2d_winograd/conv2d_winograd.h"
#include "ops/convolution/conv2d_band.h"
#include "ops/convolution/conv2d_node.h"
#include "ops/convolution/conv2d_shape.h"
#include "ops/winograd/winograd_tiles.h"
#include "ops/winograd/winograd_weights.h"

namespace fastcnn::ops {

// Runs F(m x m, r x r) over a batch, panel by panel of tiles: the source is transformed to
// [frequency][block][tile][lanes], each frequency is a 1x1 convolution over the tiles, which
// conv2d_direct computes, and its sums [frequency][block][tile][lanes] are transformed back.
//
// Where there are many panels, or the output channels make one part, a task is a panel, all in the
// cache of its core. Else all tasks share the transformed source of one panel after the other and
// each computes a part of the output channels. Either way every output is one sum in one order.
// Several groups are products of fewer channels each; all of them share the transforms.
class Conv2dWinogradPlan {
 public:
  using Operands = ConvOperands;

  // r is the extent of the kernel of `shape`. `backward`: of the gradient of a convolution's input,
  // `shape` being of the gradient. `pool`: 2 to write the largest of each 2x2 pixels only.
  Conv2dWinogradPlan(const Conv2dShape& shape, std::int64_t m, bool backward,
                     BandPlanes planes = {}, std::int64_t pool = 1);

  const char* kernel_name() const { return kernel_.name; }
  Packing packing(std::size_t input) const { return weights_.packing(input); }
  const WinogradWeights& weights() const { return weights_; }
  std::size_t scratch_bytes(std::size_t threads) const;
  void run(const Operands& operands, void* scratch, cpu::Parallel parallel) const;

 private:
  using Panel = WinogradTiles::Panel;

  std::size_t src_floats() const { return frequencies_ * src_stride_; }
  std::size_t sum_floats() const { return frequencies_ * sum_stride_; }
  void run_panels(const Operands& operands, float* scratch, cpu::Parallel parallel) const;
  void run_parts(const Operands& operands, float* scratch, cpu::Parallel parallel) const;
  // Of blocks [begin, end) of the source.
  void transform_src(const Operands& operands, const Panel& panel, std::int64_t begin,
                     std::int64_t end, float* src) const;
  // Of segments [begin, end) of the output channels.
  void multiply(const Operands& operands, const Panel& panel, std::size_t begin, std::size_t end,
                const float* src, float* sums) const;
  void transform_dst(const Operands& operands, const Panel& panel, std::size_t begin,
                     std::size_t end, const float* sums) const;

  Conv2dShape shape_;
  std::int64_t lanes_;
  std::int64_t ic_;  // of a group
  std::int64_t src_blocks_;
  std::int64_t dst_blocks_;
  std::int64_t src_plane_;  // floats
  std::int64_t dst_plane_;
  std::int64_t dst_row_;
  std::size_t frequencies_;
  const kernels::WinogradKernel& kernel_;
  kernels::WinogradTransforms transforms_;
  void (*write_)(const kernels::WinogradResult&);  // whole or pooled
  const kernels::Conv2dDirectKernel& multiply_;
  WinogradWeights weights_;
  WinogradTiles tiles_;
  std::size_t part_;        // segments of a task
  bool shares_source_;      // between the tasks, panel after panel
  std::int64_t row_;        // floats of a block: one frequency of a panel
  std::size_t src_stride_;  // floats of a frequency
  std::size_t sum_stride_;
  std::vector<std::ptrdiff_t> pixels_;
  std::vector<kernels::ConvTap> taps_;
  std::vector<kernels::ConvTaps> lists_;
};

}  // namespace fastcnn::ops
