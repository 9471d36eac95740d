#pragma once

#include "cuda/base/portable.cuh"

namespace fastcnn::cuda {

// A pixel (n, i, j) of images [oh, ow] that moves on by one step of so many pixels at a time,
// without a division.
struct PixelWalk {
  int n, i, j;
  int step_n, step_i, step_j;

  __device__ __forceinline__ PixelWalk(int pixel, int step, int oh, int ow)
      : n(pixel / ow / oh),
        i(pixel / ow % oh),
        j(pixel % ow),
        step_n(step / ow / oh),
        step_i(step / ow % oh),
        step_j(step % ow) {}

  __device__ __forceinline__ void advance(int oh, int ow) {
    j += step_j;
    i += step_i;
    n += step_n;
    if (j >= ow) {
      j -= ow;
      ++i;
    }
    if (i >= oh) {
      i -= oh;
      ++n;
    }
  }
};

}  // namespace fastcnn::cuda
