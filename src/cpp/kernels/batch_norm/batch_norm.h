#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// The passes of batch normalisation over `rows` rows of up to one vector of channels, float32. Each
// lane is one channel with parameters of its own; where a tensor holds one channel contiguously,
// every lane is given that channel's.
//
//   kSum        sum += sum over rows of src
//   kDeviation  sum += sum over rows of (src - mean)^2
//   kMoments    sum += sum over rows of (src - mean)
//               product += sum over rows of (src - mean)^2
//   kGradient   sum += sum over rows of grad_dst
//               product += sum over rows of grad_dst (src - mean)
//   kNormalize  dst = min(high, max(low, scale (src - mean) + shift))
//   kNormalizeAdd
//               dst = min(high, max(low, (scale (src - mean) + shift) + residual))
//   kBackward   grad_src = scale grad_dst + (slope (src - mean) + shift)
//   kMaskedGradient, kMaskedBackward
//               the same with 0 for grad_dst except where low < y <= high,
//               y = scale (src - mean) + beta: what kNormalize clamps, to the bit
//
// Shapes    src, residual, dst, grad_dst, grad_src [rows, width] at row stride `row_stride`; mean,
//           scale, shift, slope, beta, sum, product [lanes]. width <= lanes; lanes past it are
//           neither read nor written in the tensors.
// Units     elements.
// Aliasing  dst may be src or residual; grad_src may be src or grad_dst; nothing else overlaps.
// NaN       stays in its lane; the clamp keeps it, the mask takes it for flat.
// Rounding  sums in float32: four over every fourth row, then ((0 + 1) + (2 + 3)).
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported.
// Source    Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing
//           Internal Covariate Shift", ICML 2015, section 3.
struct BatchNormRows {
  std::size_t rows;
  std::size_t row_stride;
  std::size_t width;
  const float* src;
  const float* grad_dst;
  const float* residual;  // kNormalizeAdd
  float* dst;             // kNormalize...
  float* grad_src;        // kBackward
  const float* mean;
  const float* scale;
  const float* shift;
  const float* slope;
  const float* beta;  // kMasked...
  float low;          // kNormalize..., kMasked...
  float high;
  bool stream;  // kNormalize...: write whole rows past the caches; each begins at a multiple of the
                // vector's bytes, dst is neither src nor residual, and the caller
                // issues the fence
  float* sum;
  float* product;
};

enum class BatchNormKind {
  kSum,
  kDeviation,
  kMoments,
  kGradient,
  kMaskedGradient,
  kNormalize,
  kNormalizeAdd,
  kBackward,
  kMaskedBackward,
};

struct BatchNormKernel {
  const char* name;
  cpu::Isa isa;
  BatchNormKind kind;
  void (*run)(const BatchNormRows&);
};

const BatchNormKernel& select_batch_norm(BatchNormKind kind);

#define FASTCNN_KERNEL(isa, fn, kind) void fn(const BatchNormRows& rows);
#include "kernels/batch_norm/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
