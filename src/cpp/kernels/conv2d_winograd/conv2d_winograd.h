#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Of Winograd's convolution F(m x m, r x r): m x m pixels of dst from a x a pixels of src.
struct WinogradSize {
  std::size_t m;
  std::size_t r;

  constexpr std::size_t a() const { return m + r - 1; }
  constexpr bool operator==(WinogradSize other) const { return m == other.m && r == other.r; }
};

// One tile: m x m pixels of dst and the a x a pixels of src that they read. Fewer where a tile
// hangs over an edge.
struct WinogradTile {
  std::ptrdiff_t src;  // place of the first source pixel, which may lie outside of the image
  std::ptrdiff_t dst;  // place of the first pixel to write
  std::ptrdiff_t row;  // place of the tile in each frequency
  int top, bottom;     // source rows [top, bottom) of the a that lie in the image; the rest is zero
  int left, right;     // the same for columns
  int rows, columns;   // pixels to write, at most m x m
};

// Source tiles of one block of channels, transformed: V = B^T d B, float32.
//
//   dst[f * dst_stride + tile.row + l] = V[i, j] of lane l, f = i * a + j
//
// Shapes    l < lanes; src: pixel (y, x) of a tile is src[tile.src + y * src_row + x * lanes + l].
// Units     places and strides are in elements.
// Aliasing  dst does not overlap src.
// NaN       stays in its lane, in every frequency of its tile that it has a share in.
// Rounding  columns first, then rows; each sum by fused multiply-adds where the ISA has them.
// Threads   reentrant; writes only the places named here.
// Errors    none are reported. Nothing outside of the image is read.
struct WinogradSource {
  const float* src;
  std::size_t src_row;
  const WinogradTile* tiles;
  std::size_t count;
  float* dst;
  std::size_t dst_stride;
};

// Sums of one block of channels, transformed back: y = A^T M A, float32.
//
//   dst[tile.dst + y * dst_row + x * lanes + l] = min(high, max(low, y[y, x] of lane l + bias[l]
//       + residual[the same place]))
//
// Shapes    src as WinogradSource's dst; bias [bias_lanes], the lanes past it taken as zero; null:
//           zeros. residual as dst, or null.
// Units     places and strides are in elements.
// Aliasing  dst may be residual; it overlaps nothing else.
// NaN       stays in its lane; the clamp keeps it.
// Rounding  columns first, then rows, then the bias, then the residual.
// Threads   reentrant; writes only the rows x columns pixels of each tile.
// Errors    none are reported.
struct WinogradResult {
  const float* src;
  std::size_t src_stride;
  const WinogradTile* tiles;
  std::size_t count;
  const float* bias;
  std::size_t bias_lanes;
  const float* residual;
  float* dst;
  std::size_t dst_row;
  float low;
  float high;
};

// As WinogradResult, but of each 2 x 2 pixels of y the largest:
//
//   dst[tile.dst + i * dst_row + j * lanes + l] = min(high, max(low, bias[l]
//       + max(y[2i, 2j], y[2i, 2j + 1], y[2i + 1, 2j], y[2i + 1, 2j + 1])))
//
// Shapes    tile.rows x tile.columns count what is written, at most m / 2 each; no residual.
// NaN       one of the four is the result.
// Rounding  that of the four pixels, for neither a sum nor the clamp changes which is the largest.
using WinogradPooled = WinogradResult;

// r x r kernels of consecutive input channels and one block of output channels, transformed:
// U = G g G^T, summed in float64 and rounded once.
//
//   dst[f * dst_stride + c * dst_row + l] = U[i, j] of g(l, c), f = i * a + j
//
// Shapes    l < lanes, of which those past `outputs` are zero; c < channels; the place (y, x) of
//           g(l, c) is src[l * output_stride + c * channel_stride + r y + x], and `turned` by half
//           a turn src[... + r^2 - 1 - r y - x], as the gradient of the source needs it.
// Units     strides are in elements.
// Aliasing  dst does not overlap src.
// NaN       stays in its kernel.
// Rounding  columns first, then rows; a product and a sum are rounded apart, in float64.
// Threads   reentrant; writes only the places named here.
// Errors    none are reported.
struct WinogradFilters {
  const float* src;
  std::size_t output_stride;
  std::size_t channel_stride;
  std::size_t outputs;
  std::size_t channels;
  bool turned;
  float* dst;
  std::size_t dst_row;
  std::size_t dst_stride;
};

// Gradient tiles of one block of channels, transformed: S = A g A^T, the adjoint of y = A^T M A.
// As WinogradSource, but for what is read:
//
// Shapes    src: pixel (y, x) of a tile is src[tile.dst + y * src_row + x * lanes + l] for
//           y < tile.rows and x < tile.columns; the rest of the m x m is zero.
using WinogradGradient = WinogradSource;

// Sums over tiles of products of the frequencies of src and of the gradient of dst, transformed
// back: gradients of 3x3 kernels, the adjoint of U = G g G^T, float32.
//
//   dst[l * output_stride + c * channel_stride + 3 y + x] = (G^T M G)[y, x],
//       M[i, j] = src[f * src_stride + c * src_row + l], f = i * a + j
//
// Shapes    l < outputs, at most lanes; c < channels.
// Units     strides are in elements.
// Aliasing  dst does not overlap src.
// NaN       stays in its kernel.
// Rounding  columns first, then rows.
// Threads   reentrant; writes only the places named here.
// Errors    none are reported.
struct WinogradFilterGradients {
  const float* src;
  std::size_t src_row;
  std::size_t src_stride;
  std::size_t outputs;
  std::size_t channels;
  float* dst;
  std::size_t output_stride;
  std::size_t channel_stride;
};

// `gradient` and `filter_gradients` are null where r is 4. What stands between them is a matrix
// product for each frequency: conv2d_direct sums over channels between src and dst,
// conv2d_backward_weights over tiles between gradient and filter_gradients.
struct WinogradTransforms {
  void (*src)(const WinogradSource&);
  void (*dst)(const WinogradResult&);
  void (*pooled)(const WinogradPooled&);
  void (*filters)(const WinogradFilters&);
  void (*gradient)(const WinogradGradient&);
  void (*filter_gradients)(const WinogradFilterGradients&);
};

struct WinogradKernel {
  const char* name;
  cpu::Isa isa;
  WinogradTransforms (*transforms)();
  WinogradSize kind;
};

// m is 2 or 4 where r is 3, and 4 where r is 4.
const WinogradKernel& select_conv2d_winograd(WinogradSize size);

#define FASTCNN_KERNEL(isa, function, m, r) WinogradTransforms function();
#include "kernels/conv2d_winograd/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
