#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Local response normalisation across channels of a blocked image, float32.
//
//   dst[c] = src[c] / (bias + scale sum over k in [c - before, c - before + size) of src[k]^2)^beta
//
// for every pixel, channels outside of [0, channels) counting as 0.
//
// Shapes    src, dst [blocks][pixels, lanes], `plane` elements from one block to the next, lanes
//           being those of the kernel's ISA; line [line_size], line_count() floats, not kept.
// Aliasing  dst may be src.
// NaN       a NaN reaches the channels whose windows hold it.
// Rounding  sums in float32, ascending. beta 0.75 and 0.5 by square roots, 1 by a division, else
//           simd/power.h.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported.
// Source    Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional
//           Neural Networks", NIPS 2012, section 3.3.
struct LocalResponseNorm {
  std::size_t pixels;
  std::size_t channels;
  std::size_t plane;
  std::size_t before;
  std::size_t size;
  float scale;
  float beta;
  float bias;
  const float* src;
  float* dst;
  float* line;
  std::size_t line_size;
};

// Floats of `line` for a window of `size` channels: the squares of a pixel with zeros around them.
constexpr std::size_t line_count(std::size_t channels, std::size_t size, std::size_t lanes) {
  return (channels + lanes - 1) / lanes * lanes + size + lanes;
}

struct LocalResponseNormKernel {
  const char* name;
  cpu::Isa isa;
  void (*run)(const LocalResponseNorm&);
};

const LocalResponseNormKernel& select_local_response_norm();

#define FASTCNN_KERNEL(isa, function) void function(const LocalResponseNorm&);
#include "kernels/local_response_norm/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
