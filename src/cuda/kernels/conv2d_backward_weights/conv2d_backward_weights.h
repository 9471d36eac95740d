#pragma once

#include <cstdint>

#include "base/precision.h"
#include "cuda/base/convolution.h"
#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// The gradient of a convolution by its weights as a product over the pixels, float32, NHWC.
//
//   partial[s, g, r, o] = sum over pixels p of part s of src[p, r] grad[p, o], o of group g
//   src[p, r] = the image at origin(p) + taps[r], 0 outside of it
//   origin(p) = (i stride_h, j stride_w), p = (n, i, j)
//
// Shapes    grad [pixels, oc]; src [N, h, w, channels]; taps [rows], or [rows / 4] where `vector`
// is
//           true and each stands for four channels in a row; partial
//           [splits][groups][rows][group_oc]. All on the device.
// Units     elements.
// Aliasing  partial overlaps nothing.
// NaN       a NaN in src or grad reaches every sum that it is a factor of.
// Rounding  one fused multiply-add a pixel of the part, ascending; on tensor cores factors are
// rounded
//           first (tf32: ties away from zero; bfloat16: to even), and pixels added 8 or 16 at a
//           time.
// Errors    a refused launch throws; ops::conv2d checks shapes.
// Source    Chetlur et al., "cuDNN: Efficient Primitives for Deep Learning", 2014.
struct Conv2dBackwardWeights {
  const float* grad;
  const float* src;
  const Tap* taps;
  float* partial;
  std::int32_t pixels;
  std::int32_t h, w, channels;
  std::int32_t oh, ow;
  std::int32_t stride_h, stride_w;
  std::int32_t groups;
  std::int32_t group_channels;
  std::int32_t oc, group_oc;
  std::int32_t rows;       // of one group: taps times channels
  std::int32_t tile_rows;  // that a block computes: kWeightTileRows, or as the kernel asks for
  std::int32_t splits;
  std::int32_t split_pixels;
};

constexpr std::int32_t kWeightTileRows = 64;

// Parts into which the pixels are cut so that a large GPU has work, by shapes alone; sets splits
// and split_pixels.
void split_pixels(Conv2dBackwardWeights& conv);

// `vector`: group_channels is a multiple of 4.
void conv2d_backward_weights(const Conv2dBackwardWeights& conv, bool vector, cudaStream_t stream);

// The same on tensor cores, in tf32 or bfloat16, and the tile_rows that it asks for; group_channels
// and group_oc are multiples of 4, and taps stand for four channels.
struct Conv2dBackwardWeightsTensor : Conv2dBackwardWeights {
  TapLines lines;  // of taps
};

void conv2d_backward_weights_tensor(const Conv2dBackwardWeightsTensor& conv, Precision precision,
                                    cudaStream_t stream);
std::int32_t tensor_tile_rows(std::int32_t rows);

// The parts added, in order, and put where weights lie.
//
//   dst[g group_stride + o dst_stride + c src_stride + t] =
//       sum over s of partial[s, g, t pitch + c, o]
//
// Shapes    partial [splits][groups][taps pitch][output_pitch], on the device; c in [0, channels),
//           o in [0, outputs).
struct SumWeightParts {
  const float* partial;
  float* dst;
  std::int32_t splits, groups, taps, channels, outputs;
  std::int32_t pitch, output_pitch;
  std::int32_t group_stride, dst_stride, src_stride;
};

void sum_weight_parts(const SumWeightParts& parts, cudaStream_t stream);

}  // namespace fastcnn::cuda
