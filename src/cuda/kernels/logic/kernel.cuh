#pragma once

#include <limits>
#include <type_traits>

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

template <typename T>
__global__ void __launch_bounds__(kLogicThreads) choose_kernel(Choice choice) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kLogicThreads + threadIdx.x;
  if (i >= choice.axes.size) return;
  static_cast<T*>(choice.dst)[i] = choice.condition[place(choice.axes, 0, i)] != 0
                                       ? static_cast<const T*>(choice.a)[place(choice.axes, 1, i)]
                                       : static_cast<const T*>(choice.b)[place(choice.axes, 2, i)];
}

__global__ void __launch_bounds__(kLogicThreads) negate_kernel(Negation negation) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kLogicThreads + threadIdx.x;
  if (i < negation.size) negation.dst[i] = negation.src[i] == 0 ? 1 : 0;
}

struct Truth {};  // what an element becomes as a bool

template <typename T>
struct Ends {
  static constexpr T kLow = std::numeric_limits<T>::min();
  static constexpr T kHigh = std::numeric_limits<T>::max();
};

template <typename From, typename To>
__device__ __forceinline__ To cast_of(From x) {
  if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (x != x) return 0;
    if (x <= static_cast<From>(Ends<To>::kLow)) return Ends<To>::kLow;
    if (x >= static_cast<From>(Ends<To>::kHigh)) return Ends<To>::kHigh;
  }
  return static_cast<To>(x);
}

template <typename From, typename To>
__global__ void __launch_bounds__(kLogicThreads) cast_kernel(Cast cast) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kLogicThreads + threadIdx.x;
  if (i >= cast.size) return;
  const From x = static_cast<const From*>(cast.src)[i];
  if constexpr (std::is_same_v<To, Truth>) {
    static_cast<std::uint8_t*>(cast.dst)[i] = x != 0 ? 1 : 0;
  } else {
    static_cast<To*>(cast.dst)[i] = cast_of<From, To>(x);
  }
}

}  // namespace fastcnn::cuda
