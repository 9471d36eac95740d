#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/reduce_axes/reduce_axes.h"

namespace fastcnn::cuda {

constexpr int kReduceAxesThreads = 256;

__device__ __forceinline__ std::int64_t place_of(const WalkedAxes& axes,
                                                 const std::int32_t (&strides)[kReducedAxes],
                                                 std::int64_t i) {
  std::int64_t at = 0;
#pragma unroll
  for (int axis = kReducedAxes - 1; axis > 0; --axis) {
    at += i % axes.extent[axis] * strides[axis];
    i /= axes.extent[axis];
  }
  return at + i * strides[0];
}

// How elements become one: of() of each, all of them joined. `shift` is the largest.
struct JoinBySum {
  static constexpr float kNone = 0.0f;
  static __device__ __forceinline__ float join(float a, float b) { return a + b; }
  static __device__ __forceinline__ float of(float x, float) { return x; }
};
struct JoinBySumAbs : JoinBySum {
  static __device__ __forceinline__ float of(float x, float) { return fabsf(x); }
};
struct JoinBySumSquares : JoinBySum {
  static __device__ __forceinline__ float of(float x, float) { return x * x; }
};
struct JoinBySumExp : JoinBySum {
  static __device__ __forceinline__ float of(float x, float shift) { return expf(x - shift); }
};
struct JoinByProduct {
  static constexpr float kNone = 1.0f;
  static __device__ __forceinline__ float join(float a, float b) { return a * b; }
  static __device__ __forceinline__ float of(float x, float) { return x; }
};
struct JoinByMax {
  static constexpr float kNone = -INFINITY;
  static __device__ __forceinline__ float join(float a, float b) { return a != a || a > b ? a : b; }
  static __device__ __forceinline__ float of(float x, float) { return x; }
};
struct JoinByMin {
  static constexpr float kNone = INFINITY;
  static __device__ __forceinline__ float join(float a, float b) { return a != a || a < b ? a : b; }
  static __device__ __forceinline__ float of(float x, float) { return x; }
};

// Joins what one worker of each output takes, and then, by pairs, what the workers have. A thread
// keeps its own at parts[threadIdx.x], so that a warp meets no bank twice; that of the next worker
// is kNext further.
template <typename Join, int kWorkers, int kNext>
__device__ __forceinline__ float join_all(const ReduceAxes& r, float (&parts)[kReduceAxesThreads],
                                          const float* src, int worker, float shift) {
  const int mine = threadIdx.x;
  float joined = Join::kNone;
  if (src != nullptr) {
    for (std::int64_t i = worker; i < r.count; i += kWorkers) {
      joined =
          Join::join(joined, Join::of(src[place_of(r.reduced, r.reduced.src_stride, i)], shift));
    }
  }
  parts[mine] = joined;
  __syncthreads();
#pragma unroll
  for (int apart = kWorkers / 2; apart > 0; apart /= 2) {
    if (worker < apart) {
      joined = Join::join(joined, parts[mine + apart * kNext]);
      parts[mine] = joined;
    }
    __syncthreads();
  }
  joined = parts[mine - worker * kNext];
  __syncthreads();
  return joined;
}

// kWorkers threads share the elements behind one output. Neighbouring threads are workers of one
// output where kInRows is true, else they take neighbouring outputs.
// Block kReduceAxesThreads.
// Grid  outputs kWorkers / kReduceAxesThreads, rounded up.
template <ReduceAxesKind kKind, int kWorkers, bool kInRows>
__global__ void __launch_bounds__(kReduceAxesThreads) reduce_axes_kernel(ReduceAxes r) {
  using Kind = ReduceAxesKind;
  constexpr int kOutputs = kReduceAxesThreads / kWorkers;
  FASTCNN_SHARED(float, parts, [kReduceAxesThreads]);
  const int worker = kInRows ? threadIdx.x % kWorkers : threadIdx.x / kOutputs;
  const int output = kInRows ? threadIdx.x / kWorkers : threadIdx.x % kOutputs;
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kOutputs + output;
  // Threads without an output take part in the barriers.
  const float* src = i < r.outputs ? r.src + place_of(r.kept, r.kept.src_stride, i) : nullptr;
  const auto joined_by = [&](auto join, float shift) {
    return join_all<decltype(join), kWorkers, kInRows ? 1 : kOutputs>(r, parts, src, worker, shift);
  };
  float result = 0.0f;
  if constexpr (kKind == Kind::kMax) {
    result = joined_by(JoinByMax(), 0.0f);
  } else if constexpr (kKind == Kind::kMin) {
    result = joined_by(JoinByMin(), 0.0f);
  } else if constexpr (kKind == Kind::kProduct) {
    result = joined_by(JoinByProduct(), 0.0f);
  } else if constexpr (kKind == Kind::kSumAbs) {
    result = joined_by(JoinBySumAbs(), 0.0f);
  } else if constexpr (kKind == Kind::kSumSquares || kKind == Kind::kRootOfSquares) {
    result = joined_by(JoinBySumSquares(), 0.0f);
    if (kKind == Kind::kRootOfSquares) result = sqrtf(result);
  } else if constexpr (kKind == Kind::kLogOfSumOfExp) {
    const float largest = joined_by(JoinByMax(), 0.0f);
    const float shift = fabsf(largest) < INFINITY ? largest : 0.0f;  // 0 for a NaN too
    result = logf(joined_by(JoinBySumExp(), shift)) + shift;
  } else {
    result = joined_by(JoinBySum(), 0.0f);
    if (kKind == Kind::kMean) result /= static_cast<float>(r.count);
    if (kKind == Kind::kLogOfSum) result = logf(result);
  }
  if (worker == 0 && src != nullptr) r.dst[place_of(r.kept, r.kept.dst_stride, i)] = result;
}

}  // namespace fastcnn::cuda
