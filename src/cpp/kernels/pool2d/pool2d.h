#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Pooling of one plane: one image and one block of channels, float32.
//
//   kMax              dst[i, j] = max of src over the window at (i stride_h - pad_top,
//                     j stride_w - pad_left), its pixels dilation_h and dilation_w apart, padding
//                     counting as minus infinity
//   kAverage          dst[i, j] = sum of src over the window / count, count being the pixels of
//                     the window inside src, or inside the padded image if `count_include_pad`
//   kMaxBackward      grad_src = 0; each window then adds grad_dst[i, j] to the first pixel, row
//                     by row, whose src equals dst[i, j], for each lane by itself
//   kAverageBackward  grad_src = 0; each window then adds grad_dst[i, j] / count to its pixels
//
// Shapes    src, grad_src [h, w, lanes]; dst, grad_dst [oh, ow, lanes], lanes being those of the
//           kernel's ISA. The forward kinds write rows [first_row, last_row) of dst.
// Units     extents, strides and pads are in pixels.
// Aliasing  what is written overlaps nothing that is read.
// NaN       a NaN in a window reaches dst. kMaxBackward: no pixel equals a NaN, so its gradient
//           goes nowhere. A NaN in grad_dst goes where the gradient goes.
// Rounding  sums are formed in float32, row by row; one division at the end.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported. ops::PoolWindow checks that every window begins before the
//           end of src.
// Source    Jarrett et al., "What is the Best Multi-Stage Architecture for Object Recognition?",
//           ICCV 2009, section 2.
struct Pool2d {
  std::size_t h, w;
  std::size_t oh, ow;
  std::size_t kernel_h, kernel_w;
  std::size_t stride_h, stride_w;
  std::size_t dilation_h, dilation_w;
  std::size_t pad_top, pad_left;
  std::size_t padded_h, padded_w;  // src with all its padding; a window may reach beyond
  bool count_include_pad;
  std::size_t first_row, last_row;
  const float* src;       // all but kAverageBackward
  float* dst;             // written by the forward kinds, read by kMaxBackward
  const float* grad_dst;  // the backward kinds
  float* grad_src;        // the backward kinds
};

enum class Pool2dKind { kMax, kMaxBackward, kAverage, kAverageBackward };

struct Pool2dKernel {
  const char* name;
  cpu::Isa isa;
  Pool2dKind kind;
  void (*run)(const Pool2d&);
};

const Pool2dKernel& select_pool2d(Pool2dKind kind);

#define FASTCNN_KERNEL(isa, fn, kind) void fn(const Pool2d& pool);
#include "kernels/pool2d/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
