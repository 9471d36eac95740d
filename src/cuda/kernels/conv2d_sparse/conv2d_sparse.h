#pragma once

#include <cstdint>

#include "cuda/base/convolution.h"
#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Some neighbouring channels of the result, which one block computes at a time.
struct SparseTile {
  std::int32_t channel;  // the first
  std::int32_t channels;
  std::int32_t panel;  // the first of those whose lines it reads
  std::int32_t panels;
};

// How a convolution with few weights is cut. A block computes `channels` of a result at `pixels`
// pixels, by kSparseWarps warps; it copies what it reads in panels of kSparseLines lines, a line
// being what one tap reads of one channel at all of these pixels.
constexpr int kSparseWarps = 8;
constexpr int kSparseLines = 64;

struct SparseCut {
  std::int32_t pixels;    // 64 or 128
  std::int32_t channels;  // half as many
  std::int32_t height;    // channels that share an entry: 1, or 4 neighbours
  // Rows of `height` channels that a warp computes.
  std::int32_t rows_of_warp() const { return channels / kSparseWarps / height; }
};

// Where line `line` of a panel begins among the floats of a block: what an entry says. The
// exclusive or of it and a pixel is where that pixel lies: a warp that stores 4 pixels of 8 lines
// reaches 32 banks.
__host__ __device__ constexpr std::int32_t sparse_place(std::int32_t line, std::int32_t pixels) {
  return line * pixels + (line / 4 % 8) * 4;
}

// Convolution with constant weights of which few are not zero, float32, NHWC.
//
//   dst[p, o] = clamp(bias[o] + residual[p, o] + sum over the entries of o of weight * src[p, k])
//   src[p, k] = the image at origin(p) + taps[k], 0 outside of it
//   origin(p) = (i stride_h, j stride_w), p = (n, i, j)
//
// Shapes    src [N, h, w, channels]; bias [oc]; residual, dst [N, oh, ow, oc], residual may be
//           null; tiles [num_tiles]; taps [panels][kSparseLines], or a quarter of them where
//           `vector` is true and each stands for four channels in a row; channels_of
//           [num_tiles][kSparseWarps][rows_of_warp], the first channel of each row from that of the
//           tile; ranges [panels][kSparseWarps][rows_of_warp], the entries of a row; places and
//           weights [entries] and [entries][height]. Where height is 1, entries are pairs of a
//           place and a weight, `places` is null, each range begins at an even one and their
//           number is even. All on the device.
// Units     elements.
// Aliasing  dst may be residual, and overlaps nothing else.
// NaN       a weight that no entry names multiplies nothing: zeros spread no NaN. A NaN that a
//           weight multiplies, in bias or residual reaches dst: the clamp keeps it.
// Rounding  one fused multiply-add an entry, ascending; then bias, then residual.
// Errors    a refused launch throws; ops::conv2d checks shapes.
// Source    Gale et al., "Sparse GPU Kernels for Deep Learning", SC 2020: tiles of one dimension,
//           rows in the order of their lengths. Chen et al., "Efficient Tensor Core-Based GPU
//           Kernels for Structured Sparsity under Reduced Precision", SC 2021: entries of several
//           rows.
struct Conv2dSparse {
  const float* src;
  const SparseTile* tiles;
  const Tap* taps;
  const std::int32_t* channels_of;
  const int2* ranges;
  const std::int32_t* places;
  const float* weights;
  const float* bias;
  const float* residual;
  float* dst;
  std::int32_t num_tiles;
  std::int32_t pixels;
  std::int32_t h, w, channels;
  std::int32_t oh, ow;
  std::int32_t stride_h, stride_w;
  std::int32_t oc;
  float low, high;
};

// Enqueues the convolution on `stream`. `vector`: the channels of a group are a multiple of 4.
void conv2d_sparse(const Conv2dSparse& conv, const SparseCut& cut, bool vector,
                   cudaStream_t stream);

}  // namespace fastcnn::cuda
