#pragma once

#include "cuda/base/portable.cuh"
#include "cuda/kernels/loss/terms.cuh"

namespace fastcnn::cuda {

constexpr int kLossWarps = 4;

// One warp takes one row.
// Block 32 kLossWarps.
// Grid  rows / kLossWarps, rounded up.
template <typename Loss>
__global__ void __launch_bounds__(32 * kLossWarps) loss_kernel(LossRows rows) {
  const int lane = threadIdx.x % 32;
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kLossWarps + threadIdx.x / 32;
  if (row >= rows.rows) return;  // whole warps
  const Loss loss(rows, row, lane);
  if (lane == 0) rows.loss[row] = loss.is_known() ? loss.loss() : NAN;
}

// The same, for the gradient.
template <typename Loss>
__global__ void __launch_bounds__(32 * kLossWarps) loss_backward_kernel(LossRows rows) {
  const int lane = threadIdx.x % 32;
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kLossWarps + threadIdx.x / 32;
  if (row >= rows.rows) return;  // whole warps
  const Loss loss(rows, row, lane);
  const float grad = loss.is_known() ? rows.grad_loss[row] : NAN;
  float* grad_src = rows.grad_src + row * rows.cols;
  for (int c = lane; c < rows.cols; c += 32) grad_src[c] = grad * loss.gradient(c);
}

}  // namespace fastcnn::cuda
