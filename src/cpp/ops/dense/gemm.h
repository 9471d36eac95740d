#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/gemm/gemm.h"
#include "ops/activation.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// C = clamp(A B + bias) on whole matrices: C [rows, cols] row-major, B given packed.
class Gemm {
 public:
  Gemm(std::int64_t rows, std::int64_t cols, std::int64_t depth, Clamp clamp = {});

  // How op input `input` becomes B: as it is, [depth, cols], or transposed from [cols, depth].
  Packing packing(std::size_t input) const;
  Packing transposed_packing(std::size_t input) const;

  // `a` [rows, depth] at any strides; `bias` [cols] or null.
  void run(const cpu::Parallel& parallel, const float* a, std::int64_t a_row_stride,
           std::int64_t a_depth_stride, const float* packed_b, const float* bias, float* c) const;

  const char* kernel() const { return kernel_->name; }
  double flops() const { return 2.0 * static_cast<double>(rows_ * cols_ * depth_); }

 private:
  Packing packing(std::size_t input, bool transposed) const;

  // The tile of C whose corner is (row, first_panel); `a` is its first row of A.
  void run_tile(std::int64_t row, std::int64_t first_panel, const float* a,
                std::int64_t a_row_stride, std::int64_t a_depth_stride, const float* packed_b,
                const float* bias, float* c) const;

  const kernels::GemmKernel* kernel_;
  std::int64_t rows_;
  std::int64_t cols_;
  std::int64_t depth_;
  std::int64_t panels_;
  std::int64_t tile_rows_;
  std::int64_t tile_panels_;
  Clamp clamp_;
};

}  // namespace fastcnn::ops
