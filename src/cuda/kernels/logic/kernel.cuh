#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/logic/logic.h"

namespace fastcnn::cuda {

constexpr int kLogicThreads = 256;

// Where operand `operand` has element i of the result.
__device__ __forceinline__ std::int64_t place(const LogicAxes& axes, int operand, std::int64_t i) {
  std::int64_t at = 0;
  auto rest = static_cast<std::int32_t>(i);
#pragma unroll
  for (int axis = kLogicAxes - 1; axis > 0; --axis) {
    at += static_cast<std::int64_t>(rest % axes.extent[axis]) * axes.stride[operand][axis];
    rest /= axes.extent[axis];
  }
  return at + static_cast<std::int64_t>(rest) * axes.stride[operand][0];
}

template <typename T, RelationKind kKind>
__device__ __forceinline__ bool relates(T a, T b) {
  if constexpr (kKind == RelationKind::kEqual) return a == b;
  if constexpr (kKind == RelationKind::kGreater) return a > b;
  if constexpr (kKind == RelationKind::kGreaterOrEqual) return a >= b;
  if constexpr (kKind == RelationKind::kLess) return a < b;
  if constexpr (kKind == RelationKind::kLessOrEqual) return a <= b;
  if constexpr (kKind == RelationKind::kAnd) return a != 0 && b != 0;
  if constexpr (kKind == RelationKind::kOr) return a != 0 || b != 0;
  return (a != 0) != (b != 0);
}

// One thread computes one element, here and below.
// Block kLogicThreads.
// Grid  size / kLogicThreads, rounded up.
template <typename T, RelationKind kKind>
__global__ void __launch_bounds__(kLogicThreads) relation_kernel(Relation r) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kLogicThreads + threadIdx.x;
  if (i >= r.axes.size) return;
  const T a = static_cast<const T*>(r.a)[place(r.axes, 0, i)];
  const T b = static_cast<const T*>(r.b)[place(r.axes, 1, i)];
  r.dst[i] = relates<T, kKind>(a, b) ? 1 : 0;
}

__global__ void __launch_bounds__(kLogicThreads) choose_kernel(Choice choice) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kLogicThreads + threadIdx.x;
  if (i >= choice.axes.size) return;
  choice.dst[i] = choice.condition[place(choice.axes, 0, i)] != 0
                      ? choice.a[place(choice.axes, 1, i)]
                      : choice.b[place(choice.axes, 2, i)];
}

template <typename From, typename To>
__device__ __forceinline__ To cast_of(From x) {
  return static_cast<To>(x);
}

template <>
__device__ __forceinline__ std::int32_t cast_of(float x) {
  if (x != x) return 0;
  if (x >= 2147483648.0f) return 2147483647;
  if (x <= -2147483648.0f) return -2147483647 - 1;
  return static_cast<std::int32_t>(x);
}

template <>
__device__ __forceinline__ std::uint8_t cast_of(float x) {
  return x != 0.0f ? 1 : 0;
}

template <>
__device__ __forceinline__ std::uint8_t cast_of(std::int32_t x) {
  return x != 0 ? 1 : 0;
}

template <typename From, typename To>
__global__ void __launch_bounds__(kLogicThreads) cast_kernel(Cast cast) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kLogicThreads + threadIdx.x;
  if (i >= cast.size) return;
  static_cast<To*>(cast.dst)[i] = cast_of<From, To>(static_cast<const From*>(cast.src)[i]);
}

}  // namespace fastcnn::cuda
