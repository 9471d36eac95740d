#pragma once

#include "cuda/kernels/optimizer_update/rules.cuh"

namespace fastcnn::cuda {

constexpr int kUpdateThreads = 256;

// One thread updates one weight.
// Block kUpdateThreads.
// Grid  size / kUpdateThreads, rounded up.
template <typename Rule>
__global__ void __launch_bounds__(kUpdateThreads) optimizer_update_kernel(OptimizerUpdate u) {
  const std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * kUpdateThreads + threadIdx.x;
  if (i >= u.size) return;
  const float rate = *u.rate;
  u.lr[0] *= rate, u.lr[1] *= rate, u.decay *= rate;
  const float w = u.w[i];
  Weight x = {w - u.decay * w, fmaf(2.0f * u.l2, w, u.g[i] + u.l1 * sign(w)), {}};
#pragma unroll
  for (int k = 0; k < Rule::kStates; ++k) x.s[k] = u.state[k][i];
  Rule::step(u, x);
  u.new_w[i] = u.hold_zeros && w == 0.0f ? w : x.w;
#pragma unroll
  for (int k = 0; k < Rule::kStates; ++k) u.new_state[k][i] = x.s[k];
}

}  // namespace fastcnn::cuda
