#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// A tap reads one place near a pixel.
struct DepthwiseTap {
  std::ptrdiff_t src;      // added to a pixel's place in src
  std::ptrdiff_t weights;  // its row of weights
};

// A depthwise convolution of one block of channels, float32, channels-blocked.
//
//   dst[dst_pixels[p], l] = min(high, max(low, bias[l] + residual[dst_pixels[p], l]
//       + sum over taps t of weights[t.weights, l] * src[src_pixels[p] + t.src + l]))
//
// Shapes    l < lanes channels. weights [rows][lanes]; src_pixels, dst_pixels [pixels]; bias
//           [bias_lanes], the lanes past it taken as zero; null: zeros. residual as dst, or null.
// Units     offsets and places are in elements.
// Aliasing  dst may be residual; it overlaps nothing else.
// NaN       a NaN stays in its own lane; the clamp keeps it.
// Rounding  bias first, then one fused multiply-add (where the ISA has it) per tap in order, then
//           the residual. The same for every pixel, whichever others it is computed with.
// Threads   reentrant; writes only the pixels of dst named here.
// Errors    none are reported.
// Source    Zhang, Lo and Lu, "High Performance Depthwise and Pointwise Convolutions on Mobile
//           Devices", AAAI 2020: sums in registers, channels in lanes.
struct Conv2dDepthwise {
  const float* src;
  const std::ptrdiff_t* src_pixels;
  const std::ptrdiff_t* dst_pixels;
  std::size_t pixels;
  const DepthwiseTap* taps;
  std::size_t num_taps;
  const float* weights;
  const float* bias;
  std::size_t bias_lanes;
  const float* residual;
  float* dst;
  float low;
  float high;
};

using Conv2dDepthwiseFn = void (*)(const Conv2dDepthwise&);

struct Conv2dDepthwiseKernel {
  const char* name;
  cpu::Isa isa;
  Conv2dDepthwiseFn run;
};

const Conv2dDepthwiseKernel& select_conv2d_depthwise();

#define FASTCNN_KERNEL(isa, function) void function(const Conv2dDepthwise&);
#include "kernels/conv2d_depthwise/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
