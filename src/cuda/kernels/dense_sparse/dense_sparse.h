#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// A weight that is not zero, and the feature that it multiplies.
struct FeatureWeight {
  std::int32_t feature;
  float weight;
};

// The weights of one output.
struct SparseOutput {
  std::int32_t output;
  std::int32_t begin, end;  // of the entries
};

// A fully connected layer of few samples, of whose constant weights few are not zero, float32.
//
//   dst[s, o] = clamp(bias[o] + sum over the entries of o of weight * src[s, feature])
//
// Shapes    src [samples, features]; outputs [num_outputs], each once, in any order; entries; bias
//           [num_outputs]; dst [samples, num_outputs]; all on the device.
// Aliasing  dst overlaps nothing.
// NaN       a weight that no entry names multiplies nothing: zeros spread no NaN. The clamp keeps
//           NaN.
// Rounding  32 sums of every 32nd entry, added by pairs; then bias: the same at every run.
// Errors    a refused launch throws; ops::dense checks shapes.
// Source    Bell and Garland, "Implementing Sparse Matrix-Vector Multiplication on
//           Throughput-Oriented Processors", SC 2009: a warp a row; rows in the order of their
//           lengths, as in Gale et al., "Sparse GPU Kernels for Deep Learning", SC 2020.
struct DenseSparse {
  const float* src;
  const SparseOutput* outputs;
  const FeatureWeight* entries;
  const float* bias;
  float* dst;
  std::int32_t samples, features, num_outputs;
  float low, high;
};

void dense_sparse(const DenseSparse& dense, cudaStream_t stream);

}  // namespace fastcnn::cuda
