#pragma once

#include <cstdint>
#include <string>

#include "base/precision.h"
#include "cuda/base/convolution.h"
#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Convolution as a matrix product on tensor cores, its left side never stored ("implicit GEMM"),
// NHWC, float32 in and out.
//
//   dst[place(p), o] =
//       clamp(bias[o] + residual[place(p), o] + sum over k of round(src[p, k]) * weights[k, o])
//   src[p, k] = the image at origin(p) + taps[k], 0 outside of it
//   origin(p) = (i stride_h, j stride_w), p = (n, i, j)
//
// Shapes    as PixelProduct has them, group_channels a multiple of 4; weights as pack_fragments()
//           makes them, rounded already; taps [rows / 4 + 4], each of four channels in a row, whose
//           lines `lines` has; what is past the last reads nothing. All on the device.
// Units     elements.
// Aliasing  dst may be residual, and overlaps nothing else.
// NaN       a NaN in src, weights, bias or residual reaches dst: the clamp keeps it.
// Rounding  of src to tf32 (ties away from zero), float16 or bfloat16 (ties to even); products of
//           these are exact in float32. They are added 8 (tf32) or 16 rows at a time, rows
//           ascending, by the tensor core, which rounds as it will; then bias, then residual.
//           A float16 beyond 65504 is infinite.
// Errors    a refused launch throws; ops::conv2d checks shapes. Needs compute capability 8.0.
// Source    Chetlur et al., "cuDNN: Efficient Primitives for Deep Learning", 2014; NVIDIA,
// "Parallel
//           Thread Execution ISA", of mma and cp.async; NVIDIA, "CUTLASS: Efficient GEMM in CUDA",
//           of pipelines.
struct Conv2dTensor : PixelProduct {
  const void* weights;
  std::int32_t rows, columns;  // of the weights of one group, padded
  TapLines lines;
};

// The columns of the tile that `conv` will be computed in: weights have a multiple of these.
std::int32_t conv2d_tensor_tile_columns(const Conv2dTensor& conv);

// Enqueues the product on `stream`. `precision` is not kFloat32.
void conv2d_tensor(const Conv2dTensor& conv, Precision precision, cudaStream_t stream);

// The name of the kernel that conv2d_tensor() takes.
std::string conv2d_tensor_name(const Conv2dTensor& conv, Precision precision);

}  // namespace fastcnn::cuda
