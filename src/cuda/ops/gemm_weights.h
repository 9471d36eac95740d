#pragma once

#include <vector>

#include "cuda/kernels/conv2d_gemm/conv2d_gemm.h"
#include "ops/conv2d_shape.h"

namespace fastcnn::cuda {

// The weights of a convolution as the matrices that conv2d_gemm() multiplies with: a row for each
// pixel of the kernel and channel of a group, channels innermost.
struct GemmWeights {
  std::vector<float> values;  // [groups][rows][columns]
  std::vector<Tap> taps;      // [rows], or [rows / 4] where vector
  std::int32_t rows;
  std::int32_t columns;
  bool vector;  // rows come in fours of neighbouring channels
};

// `weights` are plain, [OC, IC / groups, KH, KW].
GemmWeights gemm_weights(const ops::Conv2dShape& shape, const float* weights);

}  // namespace fastcnn::cuda
