#pragma once

#include <cstdint>

#include "cuda/base/convolution.h"
#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// The gradient by the weights of a convolution in which each channel of the result reads one
// channel of the image, float32, NHWC.
//
//   partial[s, t, o] = sum over pixels p of part s of
//                      grad[p, o] src[origin(p) + taps[t], o / multiplier]
//   origin(p) = (i stride_h, j stride_w), p = (n, i, j); the image is 0 outside of itself
//
// Shapes    grad [pixels, oc]; src [N, h, w, channels]; taps [tap_count]; partial
//           [splits][tap_count][oc]. All on the device.
// Units     elements.
// Aliasing  partial overlaps nothing.
// Rounding  each thread sums every 8th pixel of the part, then the eight are added, in order.
// Errors    a refused launch throws; ops::conv2d checks shapes.
struct Conv2dDepthwiseBackwardWeights {
  const float* grad;
  const float* src;
  const Tap* taps;
  float* partial;
  std::int32_t pixels;
  std::int32_t h, w, channels;
  std::int32_t oh, ow, oc;
  std::int32_t stride_h, stride_w;
  std::int32_t multiplier;  // oc / channels
  std::int32_t tap_count;
  std::int32_t splits;
  std::int32_t split_pixels;
};

// Parts into which the pixels are cut, by shapes alone; sets splits and split_pixels.
void split_pixels(Conv2dDepthwiseBackwardWeights& conv);

void conv2d_depthwise_backward_weights(const Conv2dDepthwiseBackwardWeights& conv,
                                       cudaStream_t stream);

}  // namespace fastcnn::cuda
