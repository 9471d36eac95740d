#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Which matrices of a and b give a matrix of the result.
struct MatrixPair {
  std::int32_t a;
  std::int32_t b;
};

// Products of matrices, float32.
//
//   dst[i] = a[pairs[i].a] b[pairs[i].b]
//
// Shapes    a [.., m, k], b [.., k, n], dst [matrices, m, n], row-major; pairs [matrices]; all on
//           the device.
// Aliasing  dst overlaps nothing.
// NaN       a NaN in a row of a or a column of b reaches what they give.
// Rounding  one fused multiply-add a row of b, rows ascending.
// Errors    a refused launch throws; ops::matmul checks shapes.
struct Matmul {
  const float* a;
  const float* b;
  float* dst;
  const MatrixPair* pairs;
  std::int32_t matrices;
  std::int32_t m, n, k;
};

void matmul(const Matmul& matmul, cudaStream_t stream);

}  // namespace fastcnn::cuda
