#pragma once

#include "cuda/kernels/optimizer_update/rules.cuh"

namespace fastcnn::cuda {

constexpr int kUpdateThreads = 256;

// A weight w with gradient g and states a and b, one step on.
template <typename Rule>
__device__ __forceinline__ Weight updated(const OptimizerUpdate& u, float w, float g, float a,
                                          float b) {
  Weight x = {w - u.decay * w, fmaf(2.0f * u.l2, w, g + u.l1 * sign(w)), {a, b}};
  Rule::step(u, x);
  if (u.hold_zeros && w == 0.0f) x.w = w;
  return x;
}

__device__ __forceinline__ float4 load_four(const float* from) {
  return *reinterpret_cast<const float4*>(from);
}

__device__ __forceinline__ void store_four(float* to, float x, float y, float z, float w) {
  *reinterpret_cast<float4*>(to) = make_float4(x, y, z, w);
}

// One thread updates four weights in a row.
// Block kUpdateThreads.
// Grid  size / (4 kUpdateThreads), rounded up.
template <typename Rule>
__global__ void __launch_bounds__(kUpdateThreads) optimizer_update_kernel(OptimizerUpdate u) {
  constexpr bool kTwo = Rule::kStates == 2;
  const std::int64_t i = 4 * (static_cast<std::int64_t>(blockIdx.x) * kUpdateThreads + threadIdx.x);
  if (i >= u.size) return;
  const float rate = *u.rate;
  u.lr[0] *= rate, u.lr[1] *= rate, u.decay *= rate;
  if (i + 4 <= u.size) {
    const float4 w = load_four(u.w + i);
    const float4 g = load_four(u.g + i);
    const float4 a = load_four(u.state[0] + i);
    const float4 b = kTwo ? load_four(u.state[1] + i) : make_float4(0.0f, 0.0f, 0.0f, 0.0f);
    const Weight x[4] = {updated<Rule>(u, w.x, g.x, a.x, b.x), updated<Rule>(u, w.y, g.y, a.y, b.y),
                         updated<Rule>(u, w.z, g.z, a.z, b.z),
                         updated<Rule>(u, w.w, g.w, a.w, b.w)};
    store_four(u.new_w + i, x[0].w, x[1].w, x[2].w, x[3].w);
#pragma unroll
    for (int k = 0; k < Rule::kStates; ++k) {
      store_four(u.new_state[k] + i, x[0].s[k], x[1].s[k], x[2].s[k], x[3].s[k]);
    }
    return;
  }
#pragma unroll 1
  for (std::int64_t j = i; j < u.size; ++j) {
    const Weight x = updated<Rule>(u, u.w[j], u.g[j], u.state[0][j], kTwo ? u.state[1][j] : 0.0f);
    u.new_w[j] = x.w;
    u.new_state[0][j] = x.s[0];
    if (kTwo) u.new_state[1][j] = x.s[1];
  }
}

}  // namespace fastcnn::cuda
