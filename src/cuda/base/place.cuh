#pragma once

#include "cuda/base/convolution.h"
#include "cuda/base/portable.cuh"

namespace fastcnn::cuda {

// Where pixel p of a product lies among those of dst.
__device__ __forceinline__ std::int64_t place(const PixelProduct& conv, int p) {
  if (!conv.scattered) return p;
  const Placement to = conv.placement;
  const int row = p / conv.ow;
  const std::int64_t image = row / conv.oh;
  return (image * to.h + to.top + row % conv.oh * to.step_h) * to.w + to.left +
         p % conv.ow * to.step_w;
}

}  // namespace fastcnn::cuda
