#pragma once

#include <cstddef>
#include <cstdint>

#include "cpu/isa.h"

namespace fastcnn::kernels {

// Losses of `rows` samples and their gradients, float32. Of each row, with x = src, t = targets,
// l = labels[row], g = grad_loss[row], sums over its elements, m = max x, s = sum exp(x - m) and
// clip(v) = min(high, max(low, v)):
//
//   sparse softmax cross-entropy   loss = log(s) - (x[l] - m)
//                                  grad_src = g (exp(x - m) / s - (1 at l, else 0))
//   softmax cross-entropy          loss = log(s) sum t - sum t (x - m)
//                                  grad_src = g (exp(x - m) / s sum t - t)
//   cross-entropy                  loss = -sum t log(clip(x))
//                                  grad_src = -g t / x
//   binary cross-entropy           loss = -factor sum (t log(clip(x)) + (1 - t) log(clip(1 - x)))
//                                  grad_src = g factor ((1 - t) / (1 - x) - t / x)
//   squared error                  loss = factor sum (x - t)^2
//                                  grad_src = 2 factor g (x - t)
//
// The gradients by x that is clipped, x < low or x > high, are 0.
//
// Shapes    src, targets, grad_src [rows, cols], contiguous; labels, grad_loss, loss [rows].
// Aliasing  grad_src may be src or targets; nothing else overlaps.
// NaN       a NaN in src or targets reaches the row's loss, and grad_src at its place; with the
//           softmax the whole row. A label outside [0, cols) makes loss and the row of grad_src
//           NaN.
// Rounding  exp and log as in simd/math.h; sums in float32, lanes apart, then over the lanes.
// Threads   reentrant; reads and writes only the memory named here.
// Errors    none are reported.
// Source    Goodfellow, Bengio and Courville, "Deep Learning", MIT Press, 2016, section 6.2.2.
struct LossRows {
  std::size_t rows;
  std::size_t cols;
  const float* src;
  const float* targets;        // all but the sparse kinds
  const std::int32_t* labels;  // the sparse kinds
  const float* grad_loss;      // the backward kinds
  float* loss;                 // the forward kinds
  float* grad_src;             // the backward kinds
  float low;                   // cross-entropy and binary cross-entropy
  float high;
  float factor;  // binary cross-entropy and squared error
};

enum class LossKind {
  kSparseSoftmaxCrossEntropy,
  kSparseSoftmaxCrossEntropyBackward,
  kSoftmaxCrossEntropy,
  kSoftmaxCrossEntropyBackward,
  kCrossEntropy,
  kCrossEntropyBackward,
  kBinaryCrossEntropy,
  kBinaryCrossEntropyBackward,
  kSquaredError,
  kSquaredErrorBackward,
};

struct LossKernel {
  const char* name;
  cpu::Isa isa;
  LossKind kind;
  void (*run)(const LossRows&);
};

const LossKernel& select_loss(LossKind kind);

#define FASTCNN_KERNEL(isa, fn, kind) void fn(const LossRows& rows);
#include "kernels/loss/kernels.inc"
#undef FASTCNN_KERNEL

}  // namespace fastcnn::kernels
