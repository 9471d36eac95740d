#pragma once

#include <cstddef>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Softmax over channels, its logarithm and their gradients, float32. For each of `count` positions,
// with m = max over c of src[c]:
//
//   softmax               dst[c] = exp(src[c] - m) / sum over k of exp(src[k] - m)
//   log softmax           dst[c] = src[c] - m - log(sum over k of exp(src[k] - m))
//   softmax backward      grad_src[c] = dst[c] (grad_dst[c] - sum over k of grad_dst[k] dst[k])
//   log softmax backward  grad_src[c] = grad_dst[c] - exp(dst[c]) sum over k of grad_dst[k]
//
// Shapes    ...Rows: all [count, channels], contiguous: a position is a row and a vector runs along
//           its channels. ...Pixels: all [channels, count] at row stride `stride`: a vector runs
//           along the pixels.
// Units     elements.
// Aliasing  dst may be src; grad_src may be grad_dst; nothing else overlaps.
// NaN       a NaN or plus infinity at a position makes all its channels NaN, and so does minus
//           infinity in all of them; among others minus infinity is an ordinary zero.
// Rounding  exp and log as in simd/math.h; sums in float32, in a fixed order.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported.
// Source    Bridle, "Training Stochastic Model Recognition Algorithms as Networks", NIPS 1989.
struct Softmax {
  std::size_t count;
  std::size_t channels;
  std::size_t stride;  // ...Pixels
  const float* src;
  const float* grad_dst;
  float* dst;  // written by the forward kinds, read by the backward kinds
  float* grad_src;
};

enum class SoftmaxKind {
  kSoftmaxRows,
  kSoftmaxPixels,
  kLogSoftmaxRows,
  kLogSoftmaxPixels,
  kSoftmaxBackwardRows,
  kSoftmaxBackwardPixels,
  kLogSoftmaxBackwardRows,
  kLogSoftmaxBackwardPixels,
};

struct SoftmaxKernel {
  const char* name;
  cpu::Isa isa;
  SoftmaxKind kind;
  void (*run)(const Softmax&);
};

const SoftmaxKernel& select_softmax(SoftmaxKind kind);

#define FASTCNN_KERNEL(isa, fn, kind) void fn(const Softmax& softmax);
#include "kernels/softmax/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
