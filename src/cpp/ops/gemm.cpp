#include "ops/gemm.h"

#include <algorithm>
#include <limits>

#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// Depth of B that is swept over all rows at once: a panel of it (2048 x 16 floats, 128 KiB) stays
// in the second-level cache. The sums rest in C between sweeps, which changes no bit of them.
constexpr std::int64_t kDepthBlock = 2048;

// Floating-point operations that are worth a task of their own rows.
constexpr std::int64_t kBlockFlops = 1 << 20;

void pack(const Packing& self, const void* src, void* dst, cpu::Parallel parallel) {
  const auto& geometry = *static_cast<const kernels::GemmPack*>(self.parameters.get());
  const std::size_t panels = (geometry.cols + geometry.nr - 1) / geometry.nr;
  const double bytes = static_cast<double>(geometry.depth * geometry.nr * sizeof(float));
  Split(static_cast<std::int64_t>(panels), bytes).run(parallel, [&](auto begin, auto end) {
    kernels::pack_gemm(geometry, static_cast<const float*>(src), static_cast<float*>(dst), begin,
                       end);
  });
}

}  // namespace

Gemm::Gemm(std::int64_t rows, std::int64_t cols, std::int64_t depth, Clamp clamp)
    : kernel_(&kernels::select_gemm()), rows_(rows), cols_(cols), depth_(depth), clamp_(clamp) {
  const auto mr = static_cast<std::int64_t>(kernel_->mr);
  const auto nr = static_cast<std::int64_t>(kernel_->nr);
  panels_ = divide_up(cols, nr);
  const std::int64_t tile_flops = std::max<std::int64_t>(1, 2 * mr * nr * depth);
  const std::int64_t blocks = divide_up(rows, mr * divide_up(kBlockFlops, tile_flops));
  row_block_ = blocks > 0 ? mr * divide_up(divide_up(rows, mr), blocks) : mr;
}

Packing Gemm::packing(std::size_t input, bool transposed) const {
  const auto cols = static_cast<std::size_t>(cols_);
  const auto depth = static_cast<std::size_t>(depth_);
  const kernels::GemmPack geometry = {depth, cols, kernel_->nr, transposed ? 1 : cols,
                                      transposed ? depth : 1};
  Packing packing;
  packing.input = input;
  packing.format = join("gemm_b", transposed ? "_transposed_" : "_", kernel_->nr, "_[", depth_,
                        ", ", cols_, "]");
  packing.size_bytes = static_cast<std::size_t>(panels_) * depth * kernel_->nr * sizeof(float);
  packing.pack = pack;
  packing.parameters = std::make_shared<const kernels::GemmPack>(geometry);
  return packing;
}

Packing Gemm::packing(std::size_t input) const { return packing(input, false); }
Packing Gemm::transposed_packing(std::size_t input) const { return packing(input, true); }

void Gemm::run(const cpu::Parallel& parallel, const float* a, std::int64_t a_row_stride,
               std::int64_t a_depth_stride, const float* packed_b, const float* bias,
               float* c) const {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto nr = static_cast<std::int64_t>(kernel_->nr);
  const std::int64_t depth_block =
      rows_ <= static_cast<std::int64_t>(kernel_->mr) ? depth_ : kDepthBlock;

  const auto run_tile = [&](std::int64_t row, std::int64_t panel) {
    kernels::GemmPanel tile;
    tile.rows = static_cast<std::size_t>(std::min(row_block_, rows_ - row));
    tile.cols = static_cast<std::size_t>(std::min(nr, cols_ - panel * nr));
    tile.a_row_stride = static_cast<std::size_t>(a_row_stride);
    tile.a_depth_stride = static_cast<std::size_t>(a_depth_stride);
    tile.c = c + row * cols_ + panel * nr;
    tile.ldc = static_cast<std::size_t>(cols_);
    std::int64_t k = 0;
    do {
      const std::int64_t depth = std::min(depth_block, depth_ - k);
      const bool last = k + depth == depth_;
      tile.depth = static_cast<std::size_t>(depth);
      tile.a = a + row * a_row_stride + k * a_depth_stride;
      tile.b = packed_b + (panel * depth_ + k) * nr;
      tile.bias = last && bias != nullptr ? bias + panel * nr : nullptr;
      tile.accumulate = k > 0;
      tile.low = last ? clamp_.low : -kInfinity;
      tile.high = last ? clamp_.high : kInfinity;
      kernel_->run(tile);
      k += depth;
    } while (k < depth_);
  };

  const std::int64_t row_blocks = divide_up(rows_, row_block_);
  const double cost = 2.0 * static_cast<double>(std::min(rows_, row_block_) * nr * depth_);
  Split(row_blocks * panels_, cost).run(parallel, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) run_tile(i / panels_ * row_block_, i % panels_);
  });
}

}  // namespace fastcnn::ops
