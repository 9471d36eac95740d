#pragma once

#include <cstdint>
#include <vector>

#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// A kernel index along one axis and where it reads: see ConvAxis.
struct AxisTap {
  std::int64_t index;
  std::int64_t shift;
};

// The outputs first, first + step, ... (count of them) of one axis, which all use the same taps.
struct AxisPhase {
  std::int64_t first;
  std::int64_t count;
  std::vector<AxisTap> taps;
};

// One axis of a convolution, seen from the tensor that it writes: output i of a phase, at
// first + i * step, reads the source at i * src_step + shift of every tap, zero where that is
// outside of [0, src_extent).
//
// A convolution has one phase and reads every src_step-th place. Its backward-data writes every
// step-th place: a phase for each place of the stride, with the taps that fall on it.
struct ConvAxis {
  std::int64_t extent;
  std::int64_t step;
  std::int64_t src_extent;
  std::int64_t src_step;
  std::int64_t kernel;
  std::vector<AxisPhase> phases;

  // How many outputs of a phase lie in [0, end).
  std::int64_t count_before(const AxisPhase& phase, std::int64_t end) const;
};

// The same axis with each phase cut where a tap enters or leaves the source, and without the taps
// that are outside: nothing reads outside, and no zero is multiplied.
ConvAxis split_edges(const ConvAxis& axis);

struct ConvAxes {
  ConvAxis rows;
  ConvAxis columns;
};

// A convolution or its backward-data seen from the tensor that it writes: both are sums of taps.
// The weight of written channel d and source channel c, both counted in their group, at place t of
// the kernel is w[group * group_stride + d * dst_stride + c * src_stride + t].
struct ConvView {
  const char* name;
  std::int64_t images;
  std::int64_t src_channels;
  std::int64_t dst_channels;
  std::int64_t groups;
  ConvAxes axes;
  std::int64_t taps;  // places of the kernel
  std::int64_t group_stride;
  std::int64_t dst_stride;
  std::int64_t src_stride;
  double flops;
};

ConvView forward_view(const Conv2dShape& shape);
ConvView backward_data_view(const Conv2dShape& shape);

}  // namespace fastcnn::ops
