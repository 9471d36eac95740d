#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// A line of 16 pixels of each channel, and where it lies in an image of blocks of 16 channels or of
// planes, float32. The pixels of a line follow one another there: lane l, where `lanes` has bit l,
// is pixel r(l), the number of lanes before it that are pixels.
//
//   lines[c, l] = blocked[c / 16, r(l), c % 16], or 0 where lane l is no pixel
//   blocked[c / 16, r(l), c % 16] = c < channels ? lines[c, l] : 0
//   lines[c, l] = planes[c, r(l)], or 0 where lane l is no pixel
//   planes[c, r(l)] = lines[c, l]
//
// Shapes    c < channels; lines [channels][16]; blocks and planes `stride` apart, from the first
//           pixel of the line on.
// Units     strides are in elements.
// Aliasing  none.
// NaN       bits are copied.
// Threads   reentrant; writes only what is named here, and reads only that.
struct PixelLine {
  const float* src;
  float* dst;
  std::size_t channels;
  std::size_t stride;
  std::uint16_t lanes;
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
  void (*from_blocked)(const PixelLine&);
  void (*to_blocked)(const PixelLine&);
  void (*from_plain)(const PixelLine&);
  void (*to_plain)(const PixelLine&);
  void (*gather)(const PixelGather&);
};

const PixelLinesKernel& select_pixel_lines();

#define FASTCNN_KERNEL(isa, from_blocked, to_blocked, from_plain, to_plain, gather) \
  void from_blocked(const PixelLine&);                                              \
  void to_blocked(const PixelLine&);                                                \
  void from_plain(const PixelLine&);                                                \
  void to_plain(const PixelLine&);                                                  \
  void gather(const PixelGather&);
#include "kernels/pixel_lines/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
