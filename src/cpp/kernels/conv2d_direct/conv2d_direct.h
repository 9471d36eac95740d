#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// A tap reads consecutive input channels of one place near a pixel.
struct ConvTap {
  std::ptrdiff_t src;      // added to a pixel's place in src
  std::ptrdiff_t weights;  // row of weights of the first channel; the other channels follow
};

// Taps that each read the same number of channels.
struct ConvTaps {
  const ConvTap* taps;
  std::size_t count;
  std::size_t channels;
};

// A convolution as a list of taps applied to a list of pixels, float32, channels-blocked dst.
//
//   dst[b, dst_pixels[p], l] = min(high, max(low, first[b, p, l] + residual[b, dst_pixels[p], l]
//       + sum over taps t and channels c of
//             weights[t.weights + c, b, l] * src[src_pixels[p] + t.src + c]))
//
// where first is bias[b, l] or, with `accumulate`, what dst holds: a sum over many channels is
// taken in parts whose weights stay in the cache, and rounds as it would in one.
//
// Kernel size, stride, dilation, groups and direction are in the two lists alone: see README.md.
//
// Shapes    b < blocks blocks of l < lanes output channels. weights [rows][blocks][lanes].
//           src_pixels, dst_pixels [pixels]. bias [blocks][lanes], of which the last block has
//           `bias_lanes`; null: zeros.
//           dst: element l of pixel p of block b is dst[b * dst_block_stride + dst_pixels[p] + l];
//           of the last block only `store_lanes` lanes are written. residual as dst, or null.
// Units     offsets, places and strides are in elements.
// Aliasing  dst may be residual; it overlaps nothing else.
// NaN       a NaN in anything that is read reaches the sums it is part of; the clamp keeps it.
// Rounding  bias first, then one fused multiply-add (where the ISA has it) per tap and channel in
//           the order of the lists, then the residual. The same for every pixel, whichever others
//           it is computed with.
// Memory    the `next_floats` floats from `next_weights` on are fetched into the second cache
//           meanwhile, as far as there is time.
// Threads   reentrant; writes only the lanes of dst named here.
// Errors    none are reported. blocks is a power of two up to the kernel's lone_blocks,
//           or its odd_blocks.
// Source    Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on SIMD
//           Architectures", SC 2018: direct convolution on channel blocks. Dukhan, "The Indirect
//           Convolution Algorithm", 2019: taps and pixels as tables.
struct Conv2dDirect {
  const float* src;
  const std::ptrdiff_t* src_pixels;
  const std::ptrdiff_t* dst_pixels;
  std::size_t pixels;
  const ConvTaps* lists;
  std::size_t num_lists;
  const float* weights;
  const float* bias;
  const float* residual;
  float* dst;
  std::size_t dst_block_stride;
  std::size_t blocks;
  std::size_t bias_lanes;
  std::size_t store_lanes;
  float low;
  float high;
  bool accumulate = false;
  const float* next_weights = nullptr;
  std::size_t next_floats = 0;
};

using Conv2dDirectFn = void (*)(const Conv2dDirect&);

struct Conv2dDirectKernel {
  const char* name;
  cpu::Isa isa;
  Conv2dDirectFn run;
  std::size_t max_blocks;   // for many pixels
  std::size_t odd_blocks;   // 3, or 0 where the kernel has no tile for it
  std::size_t lone_blocks;  // for a lone pixel: so many sums that they hide each other's latency
};

const Conv2dDirectKernel& select_conv2d_direct();

#define FASTCNN_KERNEL(isa, function, max_blocks, odd_blocks, lone_blocks) \
  void function(const Conv2dDirect&);
#include "kernels/conv2d_direct/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
