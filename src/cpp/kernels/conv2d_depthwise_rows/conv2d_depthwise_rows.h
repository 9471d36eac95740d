#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Whole rows of a depthwise convolution of one block of channels of one image, float32,
// channels-blocked, whose windows read neighbouring columns.
//
//   dst[i, j, l] = min(high, max(low, bias[l] + residual[i, j, l]
//       + sum over r < tap_rows and k < kernel.taps of weights[r weights_row + k weights_column +
//       l]
//             * src[first_row + i row_step + r tap_row_step, first_column + j kernel.step + k, l]))
//
// where what lies outside of the image is left out.
//
// Shapes    l < lanes channels. src [src_rows][src_columns][lanes], dst and residual [rows]
//           [columns][lanes]; bias [bias_lanes], the lanes past it taken as zero. residual: or
//           null.
// Units     strides are in elements, rows and columns in pixels; any may be negative.
// Aliasing  dst may be residual; it overlaps nothing else.
// NaN       a NaN stays in its own lane; the clamp keeps it.
// Rounding  bias first, then one fused multiply-add (where the ISA has it) per tap, r before k,
//           then the residual. The same for every pixel, whichever others it is computed with.
// Threads   reentrant; writes only dst.
// Errors    none are reported. A window leaves the image by at most taps / 2 columns on each side.
// Source    Zhang, Lo and Lu, "High Performance Depthwise and Pointwise Convolutions on Mobile
//           Devices", AAAI 2020: sums in registers, channels in lanes.
struct Conv2dDepthwiseRows {
  const float* src;
  std::ptrdiff_t src_rows;
  std::ptrdiff_t src_columns;
  std::ptrdiff_t first_row;
  std::ptrdiff_t first_column;
  std::ptrdiff_t row_step;
  std::ptrdiff_t tap_row_step;
  std::ptrdiff_t tap_rows;
  const float* weights;
  std::ptrdiff_t weights_row;
  std::ptrdiff_t weights_column;
  const float* bias;
  std::size_t bias_lanes;
  const float* residual;
  float* dst;
  std::ptrdiff_t rows;
  std::ptrdiff_t columns;
  float low;
  float high;
};

using Conv2dDepthwiseRowsFn = void (*)(const Conv2dDepthwiseRows&);

struct Conv2dDepthwiseRowsKernel {
  const char* name;
  cpu::Isa isa;
  Conv2dDepthwiseRowsFn run;
  std::ptrdiff_t taps;  // columns of the window
  std::ptrdiff_t step;  // columns from one window to the next
};

// Null where no kernel is written for these windows.
const Conv2dDepthwiseRowsKernel* select_conv2d_depthwise_rows(std::ptrdiff_t taps,
                                                              std::ptrdiff_t step);

#define FASTCNN_KERNEL(isa, function, taps, step) void function(const Conv2dDepthwiseRows&);
#include "kernels/conv2d_depthwise_rows/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
