#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Pooling of one whole plane, one image and one block of channels, to one pixel, float32.
//
//   kMax              dst = max over the pixels of src
//   kAverage          dst = sum over the pixels of src / pixels
//   kMaxBackward      grad_src = grad_dst at the first pixel whose src equals dst, else 0, for each
//                     lane by itself
//   kAverageBackward  grad_src = grad_dst / pixels
//
// Shapes    src, grad_src [pixels, lanes]; dst, grad_dst [lanes]. pixels >= 1.
// Aliasing  grad_src may be src; else what is written overlaps nothing that is read.
// NaN       a NaN in src reaches dst. kMaxBackward: no pixel equals a NaN, so its gradient goes
//           nowhere.
// Rounding  four sums in float32 over every fourth pixel, then the sum of the four.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported. The op checks that there is a pixel.
// Source    Lin, Chen and Yan, "Network In Network", ICLR 2014, section 3.2.
struct GlobalPool2d {
  std::size_t pixels;
  const float* src;       // all but kAverageBackward
  float* dst;             // written by the forward kinds, read by kMaxBackward
  const float* grad_dst;  // the backward kinds
  float* grad_src;        // the backward kinds
};

enum class GlobalPool2dKind { kMax, kMaxBackward, kAverage, kAverageBackward };

struct GlobalPool2dKernel {
  const char* name;
  cpu::Isa isa;
  GlobalPool2dKind kind;
  void (*run)(const GlobalPool2d&);
};

const GlobalPool2dKernel& select_global_pool2d(GlobalPool2dKind kind);

#define FASTCNN_KERNEL(isa, fn, kind) void fn(const GlobalPool2d& pool);
#include "kernels/global_pool2d/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
