#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// One block of channels of a blocked image, put together from pieces of other blocks, float32.
//
//   dst[p, l] = src_k[p, l] for the first piece k with l < end_k, else 0
//
// Shapes    dst [pixels, lanes], lanes being those of the kernel's ISA. The `src` of a piece is
//           moved so that its first channel stands at its lane: it may point before the tensor,
//           and is read there for no pixel but those between the first and the last.
// Aliasing  dst overlaps nothing that is read.
// NaN       bits are copied.
// Threads   reentrant; writes only dst.
// Errors    none are reported.
struct ChannelPiece {
  const float* src;
  std::size_t end;  // the lane past its last one; ascending
};

struct ChannelCopy {
  std::size_t pixels;
  std::size_t count;  // of pieces, 1 to lanes
  const ChannelPiece* pieces;
  float* dst;
};

struct ChannelCopyKernel {
  const char* name;
  cpu::Isa isa;
  void (*run)(const ChannelCopy&);
};

const ChannelCopyKernel& select_channel_copy();

#define FASTCNN_KERNEL(isa, function) void function(const ChannelCopy&);
#include "kernels/channel_copy/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
