#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Instance normalisation of one plane of a blocked image, one sample and one block of channels,
// float32. For each lane:
//
//   mean = sum of src / pixels; variance = sum of (src - mean)^2 / pixels
//   dst  = (src - mean) scale / sqrt(variance + epsilon) + shift
//
// Shapes    src, dst [pixels, lanes], lanes being those of the kernel's ISA; scale, shift
//           [channels], at most a vector; lanes from `channels` on are written as 0.
// Aliasing  dst may be src.
// NaN       a NaN makes its channel NaN.
// Rounding  both sums in float32, in four parts, over every fourth pixel.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported.
// Source    Ulyanov, Vedaldi and Lempitsky, "Instance Normalization: The Missing Ingredient for
// Fast
//           Stylization", arXiv:1607.08022, 2016.
struct InstanceNorm {
  std::size_t pixels;
  std::size_t channels;
  const float* src;
  const float* scale;
  const float* shift;
  float epsilon;
  float* dst;
};

struct InstanceNormKernel {
  const char* name;
  cpu::Isa isa;
  void (*run)(const InstanceNorm&);
};

const InstanceNormKernel& select_instance_norm();

#define FASTCNN_KERNEL(isa, function) void function(const InstanceNorm&);
#include "kernels/instance_norm/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
