#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/elementwise/elementwise.h"

namespace fastcnn::cuda {

constexpr int kElementwiseThreads = 256;

template <Function kFunction>
__device__ __forceinline__ float apply(const Elementwise& e, float a, float b) {
  if constexpr (kFunction == Function::kClip) return clamp(a, e.low, e.high);
  if constexpr (kFunction == Function::kSigmoid) return 1.0f / (1.0f + expf(-a));
  if constexpr (kFunction == Function::kTanh) return tanhf(a);
  if constexpr (kFunction == Function::kLeakyRelu) return a > 0.0f ? a : e.low * a;
  if constexpr (kFunction == Function::kAdd) return clamp(a + b, e.low, e.high);
  return a * b;
}

template <Function kFunction>
constexpr bool kTakesTwo = kFunction == Function::kAdd || kFunction == Function::kMultiply;

// One thread computes four elements in a row.
// Block kElementwiseThreads.
// Grid  size / (4 kElementwiseThreads), rounded up.
template <Function kFunction>
__global__ void __launch_bounds__(kElementwiseThreads) elementwise_kernel(Elementwise e) {
  const std::int64_t i =
      4 * (static_cast<std::int64_t>(blockIdx.x) * kElementwiseThreads + threadIdx.x);
  if (i + 4 <= e.size) {
    float4 a = *reinterpret_cast<const float4*>(e.a + i);
    float4 b = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    if constexpr (kTakesTwo<kFunction>) b = *reinterpret_cast<const float4*>(e.b + i);
    a = make_float4(apply<kFunction>(e, a.x, b.x), apply<kFunction>(e, a.y, b.y),
                    apply<kFunction>(e, a.z, b.z), apply<kFunction>(e, a.w, b.w));
    *reinterpret_cast<float4*>(e.dst + i) = a;
    return;
  }
  for (std::int64_t j = i; j < e.size; ++j) {
    e.dst[j] = apply<kFunction>(e, e.a[j], kTakesTwo<kFunction> ? e.b[j] : 0.0f);
  }
}

}  // namespace fastcnn::cuda
