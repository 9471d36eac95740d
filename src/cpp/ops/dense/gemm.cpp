#include "ops/dense/gemm.h"

#include <algorithm>
#include <limits>

#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// A task computes a tile of C of up to kTileRows rows and kTilePanels panels. Where the depth is
// over kWholeDepth, its A and B would fall out of the second-level cache between one panel and the
// next, so the tile is swept in blocks of kDepthBlock; the sums rest in C between, which changes no
// bit of them. A tile of one micro-tile's rows reads its B once, and the faster the fewer streams.
constexpr std::int64_t kTileRows = 48;
constexpr std::int64_t kTilePanels = 4;
constexpr std::int64_t kWholeDepth = 2048;
constexpr std::int64_t kDepthBlock = 512;

// Tiles are made narrower until there are so many, so that threads find work.
constexpr std::int64_t kEnoughTiles = 8;

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
  panels_ = divide_up(cols, static_cast<std::int64_t>(kernel_->nr));
  const std::int64_t row_tiles = std::max<std::int64_t>(1, divide_up(rows, kTileRows));
  tile_rows_ = std::max(mr, round_up(divide_up(rows, row_tiles), mr));
  tile_panels_ = kTilePanels;
  while (tile_panels_ > 1 && row_tiles * divide_up(panels_, tile_panels_) < kEnoughTiles) {
    tile_panels_ /= 2;
  }
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
  const std::int64_t panel_tiles = divide_up(panels_, tile_panels_);
  const std::int64_t row_tiles = divide_up(rows_, tile_rows_);
  const double cost =
      flops() / static_cast<double>(std::max<std::int64_t>(1, row_tiles * panel_tiles));
  Split(row_tiles * panel_tiles, cost).run(parallel, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t tile = begin; tile < end; ++tile) {
      const std::int64_t row = tile / panel_tiles * tile_rows_;
      const std::int64_t panel = tile % panel_tiles * tile_panels_;
      run_tile(row, panel, a + row * a_row_stride, a_row_stride, a_depth_stride, packed_b, bias, c);
    }
  });
}

void Gemm::run_tile(std::int64_t row, std::int64_t first_panel, const float* a,
                    std::int64_t a_row_stride, std::int64_t a_depth_stride, const float* packed_b,
                    const float* bias, float* c) const {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  const auto nr = static_cast<std::int64_t>(kernel_->nr);
  const std::int64_t last_panel = std::min(first_panel + tile_panels_, panels_);
  const bool one_sweep =
      depth_ <= kWholeDepth || tile_rows_ <= static_cast<std::int64_t>(kernel_->mr);
  const std::int64_t depth_block = one_sweep ? depth_ : kDepthBlock;

  kernels::GemmPanel tile;
  tile.rows = static_cast<std::size_t>(std::min(tile_rows_, rows_ - row));
  tile.a_row_stride = static_cast<std::size_t>(a_row_stride);
  tile.a_depth_stride = static_cast<std::size_t>(a_depth_stride);
  tile.ldc = static_cast<std::size_t>(cols_);
  std::int64_t k = 0;
  do {
    const std::int64_t depth = std::min(depth_block, depth_ - k);
    const bool last = k + depth == depth_;
    tile.depth = static_cast<std::size_t>(depth);
    tile.a = a + k * a_depth_stride;
    tile.accumulate = k > 0;
    tile.low = last ? clamp_.low : -kInfinity;
    tile.high = last ? clamp_.high : kInfinity;
    for (std::int64_t panel = first_panel; panel < last_panel; ++panel) {
      tile.cols = static_cast<std::size_t>(std::min(nr, cols_ - panel * nr));
      tile.b = packed_b + (panel * depth_ + k) * nr;
      tile.bias = last && bias != nullptr ? bias + panel * nr : nullptr;
      tile.c = c + row * cols_ + panel * nr;
      kernel_->run(tile);
    }
    k += depth;
  } while (k < depth_);
}

}  // namespace fastcnn::ops
