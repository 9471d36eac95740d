#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// The gradient of a depthwise convolution's weights, one block of channels, float32.
//
//   grad_weights[t, l] += sum over images n and pixels p of
//       grad_dst[n, p, l] * src[n * src_image_stride + src_pixels[p] + offsets[t] + l]
//
// Shapes    l < lanes channels. offsets [taps]; src_pixels [pixels]; grad_weights [taps][lanes];
//           grad_dst: lane l of pixel p of image n is
//           grad_dst[n * grad_dst_image_stride + p * lanes + l].
// Units     offsets, places and strides are in elements.
// Aliasing  grad_weights overlaps neither src nor grad_dst.
// NaN       a NaN stays in its own lane.
// Rounding  one fused multiply-add (where the ISA has it) per image and pixel, in that order, from
//           zero; then one addition to grad_weights.
// Threads   reentrant; writes only grad_weights.
// Errors    none are reported.
struct Conv2dDepthwiseBackwardWeights {
  const float* src;
  std::size_t src_image_stride;
  const std::ptrdiff_t* src_pixels;
  const std::ptrdiff_t* offsets;
  std::size_t taps;
  const float* grad_dst;
  std::size_t grad_dst_image_stride;
  std::size_t images;
  std::size_t pixels;
  float* grad_weights;
};

using Conv2dDepthwiseBackwardWeightsFn = void (*)(const Conv2dDepthwiseBackwardWeights&);

struct Conv2dDepthwiseBackwardWeightsKernel {
  const char* name;
  cpu::Isa isa;
  Conv2dDepthwiseBackwardWeightsFn run;
};

const Conv2dDepthwiseBackwardWeightsKernel& select_conv2d_depthwise_backward_weights();

#define FASTCNN_KERNEL(isa, function) void function(const Conv2dDepthwiseBackwardWeights&);
#include "kernels/conv2d_depthwise_backward_weights/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
