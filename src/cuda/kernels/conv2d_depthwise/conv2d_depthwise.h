#pragma once

#include <cstdint>

#include "cuda/base/convolution.h"
#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Convolution in which each channel of the result reads one channel of the image, float32, NHWC.
//
//   dst[place(p), o] = clamp(bias[o] + residual[place(p), o] +
//                            sum over t of src[origin(p) + taps[t], o / multiplier] weights[t, o])
//   origin(p) = (i stride_h, j stride_w), p = (n, i, j); the image is 0 outside of itself
//
// Shapes    src [images, h, w, channels]; weights [taps][columns]; bias [oc] or null; residual, dst
//           [images, placement.h, placement.w, oc], residual may be null; p is from
//           [images, oh, ow]. All on the device.
// Units     elements.
// Aliasing  dst may be residual, and overlaps nothing else.
// NaN       a NaN in src, weights, bias or residual reaches dst: the clamp keeps it.
// Rounding  one fused multiply-add a tap, taps ascending; then bias, then residual.
// Errors    a refused launch throws; ops::conv2d checks shapes.
// Source    Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017.
struct Conv2dDepthwise {
  const float* src;
  const float* weights;
  const Tap* taps;
  const float* bias;
  const float* residual;
  float* dst;
  std::int32_t images, h, w, channels;
  std::int32_t oh, ow, oc;
  std::int32_t stride_h, stride_w;
  std::int32_t multiplier;  // oc / channels
  std::int32_t tap_count, columns;
  Placement placement;
  float low, high;
};

void conv2d_depthwise(const Conv2dDepthwise& conv, cudaStream_t stream);

// The name of the kernel that conv2d_depthwise() takes.
const char* conv2d_depthwise_name(const Conv2dDepthwise& conv);

}  // namespace fastcnn::cuda
