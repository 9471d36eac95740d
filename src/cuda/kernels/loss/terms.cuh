#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/warp.cuh"
#include "cuda/kernels/loss/loss.h"

namespace fastcnn::cuda {

// A loss as a warp computes it for one row: each lane has every 32nd element. After the
// constructor, which all lanes run together, loss() is the row's loss in every lane, gradient()
// that by element c for a gradient of 1 by the loss, and both are NaN where is_known() is false.

// A row of logits, with its largest m and the sum s of exp(x - m).
struct Logits {
  const float* x;
  float m = -INFINITY;
  float s = 0.0f;

  __device__ __forceinline__ Logits(const LossRows& r, const float* row, int lane) : x(row) {
    for (int c = lane; c < r.cols; c += 32) m = fmaxf(m, x[c]);
    m = warp_max(m);
    for (int c = lane; c < r.cols; c += 32) s += expf(x[c] - m);
    s = warp_sum(s);
  }

  __device__ __forceinline__ float probability(int c) const { return expf(x[c] - m) / s; }
};

struct SparseSoftmaxCrossEntropy {
  Logits logits;
  int label;
  int cols;

  __device__ __forceinline__ SparseSoftmaxCrossEntropy(const LossRows& r, std::int64_t row,
                                                       int lane)
      : logits(r, r.src + row * r.cols, lane), label(r.labels[row]), cols(r.cols) {}
  __device__ __forceinline__ bool is_known() const { return label >= 0 && label < cols; }
  __device__ __forceinline__ float loss() const {
    return logf(logits.s) - (logits.x[label] - logits.m);
  }
  __device__ __forceinline__ float gradient(int c) const {
    return logits.probability(c) - (c == label ? 1.0f : 0.0f);
  }
};

struct SoftmaxCrossEntropy {
  Logits logits;
  const float* targets;
  float total = 0.0f;
  float product = 0.0f;

  __device__ __forceinline__ SoftmaxCrossEntropy(const LossRows& r, std::int64_t row, int lane)
      : logits(r, r.src + row * r.cols, lane), targets(r.targets + row * r.cols) {
    for (int c = lane; c < r.cols; c += 32) {
      total += targets[c];
      product = fmaf(targets[c], logits.x[c] - logits.m, product);
    }
    total = warp_sum(total);
    product = warp_sum(product);
  }
  __device__ __forceinline__ bool is_known() const { return true; }
  __device__ __forceinline__ float loss() const { return logf(logits.s) * total - product; }
  __device__ __forceinline__ float gradient(int c) const {
    return logits.probability(c) * total - targets[c];
  }
};

// 0 where x is clipped; a NaN is not.
__device__ __forceinline__ float unless_clipped(const LossRows& r, float x, float gradient) {
  return x < r.low || x > r.high ? 0.0f : gradient;
}

struct SparseCrossEntropy {
  const LossRows& rows;
  const float* x;
  int label;

  __device__ __forceinline__ SparseCrossEntropy(const LossRows& r, std::int64_t row, int)
      : rows(r), x(r.src + row * r.cols), label(r.labels[row]) {}
  __device__ __forceinline__ bool is_known() const { return label >= 0 && label < rows.cols; }
  __device__ __forceinline__ float loss() const {
    return -logf(clamp(x[label], rows.low, rows.high));
  }
  __device__ __forceinline__ float gradient(int c) const {
    return c == label ? unless_clipped(rows, x[c], -1.0f / x[c]) : 0.0f;
  }
};

// A loss that is a sum of one term an element.
template <typename Term>
struct SumOfTerms {
  const LossRows& rows;
  const float* x;
  const float* targets;
  float sum = 0.0f;

  __device__ __forceinline__ SumOfTerms(const LossRows& r, std::int64_t row, int lane)
      : rows(r), x(r.src + row * r.cols), targets(r.targets + row * r.cols) {
    for (int c = lane; c < r.cols; c += 32) sum += Term::loss(r, x[c], targets[c]);
    sum = warp_sum(sum);
  }
  __device__ __forceinline__ bool is_known() const { return true; }
  __device__ __forceinline__ float loss() const { return sum; }
  __device__ __forceinline__ float gradient(int c) const {
    return Term::gradient(rows, x[c], targets[c]);
  }
};

struct CrossEntropyTerm {
  static __device__ __forceinline__ float loss(const LossRows& r, float x, float t) {
    return -t * logf(clamp(x, r.low, r.high));
  }
  static __device__ __forceinline__ float gradient(const LossRows& r, float x, float t) {
    return unless_clipped(r, x, -t / x);
  }
};

struct BinaryCrossEntropyTerm {
  // clip(1 - x), not 1 - clip(x): float32 has no 1 - epsilon to take from 1 again.
  static __device__ __forceinline__ float loss(const LossRows& r, float x, float t) {
    return r.factor * (CrossEntropyTerm::loss(r, x, t) + CrossEntropyTerm::loss(r, 1 - x, 1 - t));
  }
  static __device__ __forceinline__ float gradient(const LossRows& r, float x, float t) {
    return unless_clipped(r, x, r.factor * ((1.0f - t) / (1.0f - x) - t / x));
  }
};

struct SquaredErrorTerm {
  static __device__ __forceinline__ float loss(const LossRows& r, float x, float t) {
    return r.factor * ((x - t) * (x - t));
  }
  static __device__ __forceinline__ float gradient(const LossRows& r, float x, float t) {
    return r.factor * ((x - t) + (x - t));
  }
};

}  // namespace fastcnn::cuda
