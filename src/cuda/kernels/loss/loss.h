#pragma once

#include <cstdint>

#include "cuda/base/runtime.h"

namespace fastcnn::cuda {

// Losses of `rows` samples and their gradients, float32. Of each row, with x = src, t = targets,
// l = labels[row], g = grad_loss[row], sums over its elements, m = max x, s = sum exp(x - m) and
// clip(v) = min(high, max(low, v)):
//
//   kSparseSoftmaxCrossEntropy  loss = log(s) - (x[l] - m)
//                               grad_src = g (exp(x - m) / s - (1 at l, else 0))
//   kSoftmaxCrossEntropy        loss = log(s) sum t - sum t (x - m)
//                               grad_src = g (exp(x - m) / s sum t - t)
//   kSparseCrossEntropy         loss = -log(clip(x[l]))
//                               grad_src = -g / x at l, else 0
//   kCrossEntropy               loss = -sum t log(clip(x))
//                               grad_src = -g t / x
//   kBinaryCrossEntropy         loss = -factor sum (t log(clip(x)) + (1 - t) log(clip(1 - x)))
//                               grad_src = g factor ((1 - t) / (1 - x) - t / x)
//   kSquaredError               loss = factor sum (x - t)^2
//                               grad_src = 2 factor g (x - t)
//
// The gradients by x that is clipped, x < low or x > high, are 0.
//
// Shapes    src, targets, grad_src [rows, cols], contiguous; labels, grad_loss, loss [rows]; all on
//           the device. Of targets and labels, of loss and the two gradients, what a kind does not
//           take is null.
// Aliasing  grad_src overlaps nothing.
// NaN       a NaN in src or targets reaches the row's loss, and grad_src at its place; with the
//           softmax the whole row. A label outside [0, cols) makes loss and the row of grad_src
//           NaN.
// Rounding  32 sums of every 32nd element, added by pairs; the same at every run.
// Errors    a refused launch throws; ops::loss checks shapes.
// Source    Goodfellow, Bengio and Courville, "Deep Learning", MIT Press, 2016, section 6.2.2.
enum class LossKind : std::int32_t {
  kSparseSoftmaxCrossEntropy,
  kSoftmaxCrossEntropy,
  kSparseCrossEntropy,
  kCrossEntropy,
  kBinaryCrossEntropy,
  kSquaredError,
};

struct LossRows {
  const float* src;
  const float* targets;
  const std::int32_t* labels;
  const float* grad_loss;
  float* loss;
  float* grad_src;
  std::int64_t rows;
  std::int32_t cols;
  float low, high, factor;
};

void loss(LossKind kind, const LossRows& rows, cudaStream_t stream);
void loss_backward(LossKind kind, const LossRows& rows, cudaStream_t stream);

}  // namespace fastcnn::cuda
