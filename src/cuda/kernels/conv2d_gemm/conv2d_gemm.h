#pragma once

#include <cstdint>

#include "cuda/base/convolution.h"
#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Convolution as a matrix product whose left side is never stored ("implicit GEMM"), float32, NHWC.
//
//   dst[place(p), o] =
//       clamp(bias[o] + residual[place(p), o] + sum over k of src[p, k] * weights[k, o])
//   src[p, k] = the image at origin(p) + taps[k], 0 outside of it
//   origin(p) = (i stride_h, j stride_w), p = (n, i, j)
//
// Shapes    src [N, h, w, channels]; weights as pack_weights() makes them; bias [oc] or null;
//           residual, dst [N, placement.h, placement.w, oc], residual may be null; taps [rows], or
//           [rows / 4] where `vector` is true and each stands for four channels in a row; p is from
//           [N, oh, ow]. All on the device.
// Units     elements.
// Aliasing  dst may be residual, and overlaps nothing else.
// NaN       a NaN in src, weights, bias or residual reaches dst: the clamp keeps it.
// Rounding  one fused multiply-add a row, rows ascending; then bias, then residual.
// Errors    a refused launch throws; ops::conv2d checks shapes.
// Source    Chetlur et al., "cuDNN: Efficient Primitives for Deep Learning", 2014.
struct Conv2dGemm : PixelProduct {
  const float* weights;
  std::int32_t rows, columns;  // of the weights of one group, padded
};

// Enqueues the product on `stream`. `vector`: group_channels is a multiple of 4.
void conv2d_gemm(const Conv2dGemm& conv, bool vector, cudaStream_t stream);

// The name of the kernel that conv2d_gemm() takes.
const char* conv2d_gemm_name(const Conv2dGemm& conv, bool vector);

}  // namespace fastcnn::cuda
