#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Rows of a resized blocked image, float32: the plane of one sample and one block of channels.
//
//   dst[i, j] = sum over r, s of row_weights[i, r] column_weights[j, s]
//               src[row_places[i, r], column_places[j, s]]
//
// Shapes    src [h, w, lanes], dst [oh, ow, lanes], lanes being those of the kernel's ISA; rows
//           [first_row, last_row) of dst are written. The tables of an axis are [extent, taps].
//           line [w, lanes], not kept, where an axis has more than one tap.
// Aliasing  dst overlaps nothing that is read.
// NaN       reaches every pixel with a tap on it, whatever the weight; one tap copies.
// Rounding  rows first, then columns, taps ascending, a fused multiply-add each where the ISA has
//           it.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported.
// Source    R. G. Keys, "Cubic Convolution Interpolation for Digital Image Processing", IEEE Trans.
//           ASSP 29(6), 1981, for the separable form.
struct ResizeAxis {
  std::size_t taps;
  const std::int32_t* places;
  const float* weights;
};

struct Resize {
  std::size_t w;
  std::size_t ow;
  std::size_t first_row, last_row;
  ResizeAxis rows;
  ResizeAxis columns;
  const float* src;
  float* dst;
  float* line;
};

struct ResizeKernel {
  const char* name;
  cpu::Isa isa;
  void (*run)(const Resize&);
};

const ResizeKernel& select_resize();

#define FASTCNN_KERNEL(isa, function) void function(const Resize&);
#include "kernels/resize/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
