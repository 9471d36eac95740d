#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// The gradient of a convolution's weights, float32, channels-blocked grad_dst.
//
//   grad_weights[o, b, l] += sum over images n and pixels p of
//       grad_dst[n, b, p, l] * src[n * src_image_stride + src_pixels[p] + offsets[o]]
//
// Shapes    b < blocks blocks of l < lanes output channels. offsets [num_offsets]: one for each
//           input channel of each tap. src_pixels [pixels]. grad_weights [num_offsets][blocks]
//           [lanes]. grad_dst: lane l of pixel p of block b of image n is
//           grad_dst[n * grad_dst_image_stride + b * grad_dst_block_stride + p * lanes + l].
// Units     offsets, places and strides are in elements.
// Aliasing  grad_weights overlaps neither src nor grad_dst.
// NaN       a NaN reaches the lanes of its own channels and no others.
// Rounding  one fused multiply-add (where the ISA has it) per image and pixel, in that order, from
//           zero; then one addition to grad_weights.
// Threads   reentrant; writes only grad_weights.
// Errors    none are reported. blocks is a power of two and at most the kernel's max_blocks.
// Source    Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on SIMD
//           Architectures", SC 2018, section II-J: weight gradients on channel blocks.
struct Conv2dBackwardWeights {
  const float* src;
  std::size_t src_image_stride;
  const std::ptrdiff_t* src_pixels;
  const std::ptrdiff_t* offsets;
  std::size_t num_offsets;
  const float* grad_dst;
  std::size_t grad_dst_image_stride;
  std::size_t grad_dst_block_stride;
  std::size_t images;
  std::size_t pixels;
  std::size_t blocks;
  float* grad_weights;
};

// The same for one tap and one whole block of input channels, over a rectangle of pixels, float32,
// both tensors channels-blocked.
//
//   grad_weights[i, b, l] += sum over images n, rows y and columns x of
//       grad_dst[n, b, y, x, l] * src[n, y, x, i]
//
// Shapes    i, l < lanes; b < blocks. grad_weights [lanes][blocks][lanes]. src[n, y, x, i] is
//           src[n * src_image_stride + y * src_row_stride + x * src_step + i] and
//           grad_dst[n, b, y, x, l] is grad_dst[n * grad_dst_image_stride
//           + b * grad_dst_block_stride + y * grad_dst_row_stride + x * lanes + l].
// Units     strides are in elements.
// Aliasing  grad_weights overlaps neither src nor grad_dst.
// NaN       a NaN reaches the lanes of its own channels and no others.
// Rounding  one fused multiply-add (where the ISA has it) per image, row and column, in that order,
//           from zero; then one addition to grad_weights.
// Threads   reentrant; writes only grad_weights.
// Errors    none are reported. blocks is a power of two and at most the kernel's max_blocks.
struct Conv2dBackwardWeightsTap {
  const float* src;
  std::size_t src_image_stride;
  std::size_t src_row_stride;
  std::size_t src_step;
  const float* grad_dst;
  std::size_t grad_dst_image_stride;
  std::size_t grad_dst_block_stride;
  std::size_t grad_dst_row_stride;
  std::size_t images;
  std::size_t rows;
  std::size_t columns;
  std::size_t blocks;
  float* grad_weights;
};

using Conv2dBackwardWeightsFn = void (*)(const Conv2dBackwardWeights&);
using Conv2dBackwardWeightsTapFn = void (*)(const Conv2dBackwardWeightsTap&);

struct Conv2dBackwardWeightsKernel {
  const char* name;
  cpu::Isa isa;
  Conv2dBackwardWeightsFn run;
  Conv2dBackwardWeightsTapFn run_tap;  // null where the other is as fast
  std::size_t max_blocks;
};

const Conv2dBackwardWeightsKernel& select_conv2d_backward_weights();

#define FASTCNN_KERNEL(isa, function, tap, max_blocks) void function(const Conv2dBackwardWeights&);
#include "kernels/conv2d_backward_weights/kernels.inc"
#undef FASTCNN_KERNEL

#if FASTCNN_HAVE_AVX512
void conv2d_backward_weights_tap_f32_nchwc__avx512(const Conv2dBackwardWeightsTap&);
#endif

}  // namespace fastcnn::kernels
