#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Where 16 pixels lie: floats from the start of what is read or written, or negative: nowhere.
struct PixelPlaces {
  std::ptrdiff_t of_lane[16];
};

// Blocks of 16 channels become lines of 16 pixels, or the other way round, float32.
//
//   lines[c, l] = blocked[c / 16, places.of_lane[l] + c % 16], or 0 where the place is nowhere
//   blocked[c / 16, places.of_lane[l] + c % 16] = c < channels ? lines[c, l] : 0
//
// Shapes    c < channels; blocked with `block_stride` from block to block; lines [channels][16].
// Units     strides are in elements.
// Aliasing  none.
// NaN       bits are copied.
// Threads   reentrant; writes only what is named here.
struct PixelTranspose {
  const float* src;
  float* dst;
  std::size_t channels;
  std::size_t block_stride;
  PixelPlaces places;
};

// What one line takes of another: lane l of it, where `lanes` has bit l, is lane from[l].
struct PixelPiece {
  std::size_t line;  // lines from the start of what is read
  std::uint16_t lanes;
  std::int32_t from[16];
};

// Lines whose pixels come from several lines:
//
//   dst[c, l] = src[line of the piece that has l, c, from[l] of it], or 0 where none has
//
// Shapes    src: line i of channel c is src[(i + c) * 16]; dst [channels][16].
struct PixelGather {
  const float* src;
  float* dst;
  std::size_t channels;
  const PixelPiece* pieces;
  std::size_t num_pieces;
};

struct PixelLinesKernel {
  const char* name;
  cpu::Isa isa;
  void (*from_blocked)(const PixelTranspose&);
  void (*to_blocked)(const PixelTranspose&);
  void (*gather)(const PixelGather&);
};

const PixelLinesKernel& select_pixel_lines();

#define FASTCNN_KERNEL(isa, from_blocked, to_blocked, gather) \
  void from_blocked(const PixelTranspose&);                   \
  void to_blocked(const PixelTranspose&);                     \
  void gather(const PixelGather&);
#include "kernels/pixel_lines/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
