#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// A vector of outputs of a fully connected layer most of whose weights are zero, float32, for
// several samples.
//
//   dst[n * dst_stride + l] = min(high, max(low, bias[l] + sum over s < steps of
//       weights[s * lanes + l] * x[n * x_stride + places[s * lanes + l]]))
//
// Shapes    l < outputs, at most lanes, those of the kernel's ISA; n < samples. places and weights
//           [steps][lanes], also where outputs are fewer.
// Units     strides and places are in elements.
// Aliasing  dst overlaps nothing that is read.
// NaN       a NaN reaches the outputs that name its place; the clamp keeps it.
// Rounding  one fused multiply-add (where the ISA has it) a step, in their order, onto the bias.
// Threads   reentrant; writes only the outputs named here.
// Errors    none are reported.
// Source    slices of equally long rows: Kreutzer et al., "A Unified Sparse Matrix Data Format for
//           Efficient General Sparse Matrix-Vector Multiplication on Modern Processors with Wide
//           SIMD Units", SIAM J. Sci. Comput. 36 (5), 2014.
struct DenseSparse {
  const float* x;
  std::size_t x_stride;
  const std::int32_t* places;
  const float* weights;
  std::size_t steps;
  const float* bias;
  float* dst;
  std::size_t dst_stride;
  std::size_t outputs;
  std::size_t samples;
  float low;
  float high;
};

struct DenseSparseKernel {
  const char* name;
  cpu::Isa isa;
  void (*run)(const DenseSparse&);
};

const DenseSparseKernel& select_dense_sparse();

#define FASTCNN_KERNEL(isa, function) void function(const DenseSparse&);
#include "kernels/dense_sparse/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
