#pragma once

#include <cstdint>

#include "base/precision.h"
#include "cuda/base/convolution.h"
#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Convolution on sparse tensor cores with constant weights of which at most two of four neighbours
// along the input channels are not zero, NHWC, float32 in and out.
//
//   dst[p, o] = clamp(bias[o] + residual[p, o] + sum over k of weights[o, k] * round(src[p, k]))
//   src[p, k] = the image at origin(p) + taps[k], 0 outside of it
//   origin(p) = (i stride_h, j stride_w), p = (n, i, j)
//
// Shapes    as PixelProduct has them, pixels not scattered, group_channels a multiple of 4; taps
//           [8 steps], each of four channels in a row, whose lines `lines` has; weights
//           [groups][pieces][steps][32] and indices [groups][pieces][steps][16] as
//           ptx::mma_sp_m16n8k32_f16() takes them: lane 4g + t takes indices 2g + t % 2. A piece is
//           16 outputs, a step 32 of k; what is past the end is zero. All on the device.
// Units     elements.
// Aliasing  dst may be residual, and overlaps nothing else.
// NaN       in bias or residual, or multiplied by a weight, reaches dst. Four weights of which
//           fewer than two are not zero multiply as many zeros.
// Rounding  as conv2d_tensor(), 16 products at a time.
// Errors    a refused launch throws; ops::conv2d checks shapes. Needs compute capability 8.0.
// Source    Mishra et al., "Accelerating Sparse Deep Neural Networks", 2021; NVIDIA, "Parallel
//           Thread Execution ISA", of mma.sp.
struct Conv2dSparseTensor : PixelProduct {
  const uint4* weights;
  const std::uint32_t* indices;
  std::int32_t pieces, steps;
  TapLines lines;
};

constexpr int kSparseTensorStep = 32;
constexpr int kSparseTensorPiece = 16;

// Enqueues the product on `stream`. `precision` is kFloat16 or kBfloat16.
void conv2d_sparse_tensor(const Conv2dSparseTensor& conv, Precision precision, cudaStream_t stream);

}  // namespace fastcnn::cuda
