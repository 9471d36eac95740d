#pragma once

#include "cuda/base/clamp.cuh"
#include "cuda/base/portable.cuh"
#include "cuda/kernels/elementwise/elementwise.h"

namespace fastcnn::cuda {

constexpr int kElementwiseThreads = 256;

__device__ __forceinline__ float sigmoid(float a) { return 1.0f / (1.0f + expf(-a)); }

// tanh(ln(1 + e)) = (e^2 + 2 e) / (e^2 + 2 e + 2), 1 in float32 where a > 20.
__device__ __forceinline__ float tanh_of_softplus(float a) {
  const float e = expf(fminf(20.0f, a));
  const float w = e * (e + 2.0f);
  return w / (w + 2.0f);
}

// Function::kName as a type, Name: of() is the function, kTakesTwo whether it has a b.
#define FASTCNN_FUNCTION(name, takes_two, result)                                    \
  struct name {                                                                      \
    static constexpr bool kTakesTwo = takes_two;                                     \
    static __device__ __forceinline__ float of(float a, float b, float p, float q) { \
      (void)b, (void)p, (void)q;                                                     \
      return result;                                                                 \
    }                                                                                \
  };
#define FASTCNN_UNARY(name, result) FASTCNN_FUNCTION(name, false, result)
#define FASTCNN_BINARY(name, result) FASTCNN_FUNCTION(name, true, result)
#define FASTCNN_ALIKE(name, result) FASTCNN_FUNCTION(name, true, result)
namespace functions {
#include "cuda/kernels/elementwise/functions.inc"
}  // namespace functions
#undef FASTCNN_UNARY
#undef FASTCNN_BINARY
#undef FASTCNN_ALIKE
#undef FASTCNN_FUNCTION

// One thread computes four elements in a row.
// Block kElementwiseThreads.
// Grid  size / (4 kElementwiseThreads), rounded up.
template <typename F>
__global__ void __launch_bounds__(kElementwiseThreads) elementwise_kernel(Elementwise e) {
  const std::int64_t i =
      4 * (static_cast<std::int64_t>(blockIdx.x) * kElementwiseThreads + threadIdx.x);
  if (i + 4 <= e.size) {
    float4 a = *reinterpret_cast<const float4*>(e.a + i);
    float4 b = make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    if constexpr (F::kTakesTwo) b = *reinterpret_cast<const float4*>(e.b + i);
    a = make_float4(F::of(a.x, b.x, e.p, e.q), F::of(a.y, b.y, e.p, e.q), F::of(a.z, b.z, e.p, e.q),
                    F::of(a.w, b.w, e.p, e.q));
    *reinterpret_cast<float4*>(e.dst + i) = a;
    return;
  }
#pragma unroll 1
  for (std::int64_t j = i; j < e.size; ++j) {
    e.dst[j] = F::of(e.a[j], F::kTakesTwo ? e.b[j] : 0.0f, e.p, e.q);
  }
}

// One thread computes one element.
// Block kElementwiseThreads.
// Grid  size / kElementwiseThreads, rounded up.
template <typename F>
__global__ void __launch_bounds__(kElementwiseThreads) broadcast_kernel(Broadcast t) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kElementwiseThreads + threadIdx.x;
  if (i >= t.each.size) return;
  std::int64_t a = 0;
  std::int64_t b = 0;
  auto rest = static_cast<std::int32_t>(i);
#pragma unroll
  for (int axis = kBroadcastAxes - 1; axis > 0; --axis) {
    const std::int32_t index = rest % t.extent[axis];
    rest /= t.extent[axis];
    a += static_cast<std::int64_t>(index) * t.a_stride[axis];
    b += static_cast<std::int64_t>(index) * t.b_stride[axis];
  }
  a += static_cast<std::int64_t>(rest) * t.a_stride[0];
  b += static_cast<std::int64_t>(rest) * t.b_stride[0];
  t.each.dst[i] = F::of(t.each.a[a], t.each.b[b], t.each.p, t.each.q);
}

}  // namespace fastcnn::cuda
