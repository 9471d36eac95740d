#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/base/warp.cuh"
#include "cuda/kernels/metrics/metrics.h"

namespace fastcnn::cuda {

constexpr int kMetricWarps = 4;

// How many of the row's elements count: for each metric one that a lane asks of its own.
struct AheadOfLabel {
  static __device__ __forceinline__ bool counts(const Metric& m, std::int64_t row, int c) {
    const float* scores = m.scores + row * m.cols;
    const int label = m.labels[row];
    if (label < 0 || label >= m.cols) return false;
    return scores[c] > scores[label] || (scores[c] == scores[label] && c < label);
  }
  static __device__ __forceinline__ float figure(const Metric& m, std::int64_t row, float count) {
    const int label = m.labels[row];
    if (label < 0 || label >= m.cols) return 0.0f;
    const float score = m.scores[row * m.cols + label];
    return score == score && count < static_cast<float>(m.k) ? 1.0f : 0.0f;
  }
};

struct RightAnswers {
  static __device__ __forceinline__ bool counts(const Metric& m, std::int64_t row, int c) {
    const std::int64_t at = row * m.cols + c;
    return (static_cast<double>(m.scores[at]) > m.threshold) == (m.targets[at] > 0.5f);
  }
  static __device__ __forceinline__ float figure(const Metric& m, std::int64_t, float count) {
    return count / static_cast<float>(m.cols);
  }
};

// One warp takes one row.
// Block 32 kMetricWarps.
// Grid  rows / kMetricWarps, rounded up.
template <typename Count>
__global__ void __launch_bounds__(32 * kMetricWarps) metric_kernel(Metric metric) {
  const int lane = threadIdx.x % 32;
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kMetricWarps + threadIdx.x / 32;
  if (row >= metric.rows) return;  // whole warps
  float count = 0.0f;              // exact up to 2^24 elements
  for (int c = lane; c < metric.cols; c += 32) count += Count::counts(metric, row, c) ? 1.0f : 0.0f;
  count = warp_sum(count);
  if (lane == 0) metric.dst[row] = Count::figure(metric, row, count);
}

// Whether x takes the place of `best`, which is nearer to the beginning.
__device__ __forceinline__ bool beats(const ArgExtreme& e, float x, float best) {
  if (best != best) return e.last && x != x;
  if (x != x) return true;
  if (x == best) return e.last;
  return e.smallest ? x < best : x > best;
}

// One thread finds one place.
// Block 32 kMetricWarps.
// Grid  outer inner / (32 kMetricWarps), rounded up.
__global__ void __launch_bounds__(32 * kMetricWarps) arg_extreme_kernel(ArgExtreme e) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * 32 * kMetricWarps + threadIdx.x;
  if (i >= e.outer * e.inner) return;
  const float* src = e.src + i / e.inner * e.extent * e.inner + i % e.inner;
  float best = *src;
  std::int32_t place = 0;
  for (std::int32_t k = 1; k < e.extent; ++k) {
    const float x = src[k * e.inner];
    if (beats(e, x, best)) {
      best = x;
      place = k;
    }
  }
  e.dst[i] = place;
}

// One warp finds the places of one run of `inner`, below 32: its lanes take neighbouring elements,
// each of one such place and of every so many k.
// Block 32 kMetricWarps.
// Grid  outer / kMetricWarps, rounded up.
__global__ void __launch_bounds__(32 * kMetricWarps) arg_extreme_runs_kernel(ArgExtreme e) {
  const std::int64_t outer =
      static_cast<std::int64_t>(blockIdx.x) * kMetricWarps + threadIdx.x / 32;
  if (outer >= e.outer) return;  // whole warps
  const int inner = static_cast<int>(e.inner);
  const int lane = threadIdx.x % 32;
  const int apart = 32 / inner;  // of a lane's k
  const int first = lane / inner;
  const float* src = e.src + outer * e.extent * inner + lane % inner;
  // A lane without elements is never asked.
  std::int32_t place = first < apart && first < e.extent ? first : -1;
  float best = place < 0 ? 0.0f : src[first * inner];
  if (place >= 0) {
    for (std::int32_t k = first + apart; k < e.extent; k += apart) {
      const float x = src[static_cast<std::int64_t>(k) * inner];
      if (beats(e, x, best)) {
        best = x;
        place = k;
      }
    }
  }
#pragma unroll
  for (int half = 16; half > 0; half /= 2) {
    const float x = __shfl_down_sync(kAllLanes, best, half * inner % 32);
    const std::int32_t k = __shfl_down_sync(kAllLanes, place, half * inner % 32);
    if (first < half && first + half < apart && k >= 0) {
      // Whichever is nearer to the beginning is asked whether the other beats it.
      const bool before = k < place;
      if (before ? !beats(e, best, x) : beats(e, x, best)) {
        best = x;
        place = k;
      }
    }
  }
  if (lane < inner) e.dst[outer * inner + lane] = place;
}

}  // namespace fastcnn::cuda
