#include <algorithm>

#include "base/aligned_buffer.h"
#include "cpu/cache.h"
#include "ops/split.h"
#include "ops/winograd/conv2d_winograd.h"

namespace fastcnn::ops {
namespace {

// Tiles of a panel: few enough that 64 channels stay in the second cache with their sums, and so
// many that the weights, read once a panel, need not come faster than memory gives them.
constexpr std::int64_t kPanel = 24;
constexpr std::int64_t kLargePanel = 48;
// Of one block of channels to one, which conv2d_direct multiplies eight tiles at a time.
constexpr std::int64_t kNarrowPanel = 32;
constexpr std::int64_t kManyWeights = 32768;  // input times output channels
// So few tiles make one panel where the cache holds it: all weights are read once.
constexpr std::int64_t kOnePanel = 64;

constexpr std::int64_t kManyPanels = 8;
constexpr std::size_t kParts = 8;  // of the output channels where there are few panels

constexpr double kTransformCost = 300;  // operations and bytes, of a tile and channel

// Whether the transformed source of `tiles` tiles leaves room in the second cache.
bool fits(const Conv2dShape& shape, std::int64_t m, std::int64_t tiles) {
  const std::int64_t a = m + shape.kh - 1;
  const std::int64_t bytes = a * a * shape.ic * tiles * 4;
  return bytes <= static_cast<std::int64_t>(cpu::cache_sizes().l2 / 2);
}

// `panel` or a little more, so that a large image is an even number of panels, and two threads have
// equal parts.
std::int64_t evenly(std::int64_t tiles_of_image, std::int64_t panel) {
  const std::int64_t panels = divide_up(tiles_of_image, panel);
  return panels < kManyPanels ? panel : divide_up(tiles_of_image, panels / 2 * 2);
}

std::int64_t panel_of(const Conv2dShape& shape, std::int64_t m, bool one_part) {
  const std::int64_t tiles = shape.n * WinogradTiles::of_image(shape, m);
  const bool few = tiles <= kPanel * (kManyPanels - 1) && !one_part;
  if (few && tiles <= kOnePanel && fits(shape, m, tiles)) return kOnePanel;
  const std::int64_t widest = std::max(shape.ic_per_group(), shape.oc_per_group());
  const bool narrow = widest <= static_cast<std::int64_t>(cpu::block());
  if (narrow) return evenly(WinogradTiles::of_image(shape, m), kNarrowPanel);
  return evenly(WinogradTiles::of_image(shape, m),
                few || shape.ic_per_group() * shape.oc > kManyWeights ? kLargePanel : kPanel);
}

kernels::WinogradSize size_of(const Conv2dShape& shape, std::int64_t m) {
  return {static_cast<std::size_t>(m), static_cast<std::size_t>(shape.kh)};
}

}  // namespace

Conv2dWinogradPlan::Conv2dWinogradPlan(const Conv2dShape& shape, std::int64_t m, bool backward,
                                       BandPlanes planes, std::int64_t pool)
    : shape_(shape),
      lanes_(static_cast<std::int64_t>(cpu::block())),
      ic_(shape.ic_per_group()),
      src_blocks_(divide_up(shape.ic, lanes_)),
      dst_blocks_(divide_up(shape.oc, lanes_)),
      src_plane_(planes.src != 0 ? planes.src : shape.h * shape.w * lanes_),
      dst_plane_(planes.dst != 0 ? planes.dst : (shape.oh / pool) * (shape.ow / pool) * lanes_),
      dst_row_(shape.ow / pool * lanes_),
      frequencies_(size_of(shape, m).a() * size_of(shape, m).a()),
      kernel_(kernels::select_conv2d_winograd(size_of(shape, m))),
      transforms_(kernel_.transforms()),
      write_(pool == 1 ? transforms_.dst : transforms_.pooled),
      multiply_(kernels::select_conv2d_direct()),
      weights_(ic_, shape.oc, size_of(shape, m), backward, shape.groups),
      tiles_(shape, m, lanes_, panel_of(shape, m, weights_.segments().size() == 1), pool),
      part_(weights_.segments().size()),
      shares_source_(tiles_.panels() < kManyPanels && (part_ > 1 || tiles_.panels() == 1)),
      row_(tiles_.largest() * lanes_) {
  if (shares_source_) part_ = (part_ + kParts - 1) / kParts;
  const std::size_t sum_blocks = part_ * multiply_.max_blocks;
  src_stride_ = odd_lines(src_blocks_ * row_);
  sum_stride_ = odd_lines(static_cast<std::int64_t>(sum_blocks) * row_);

  for (std::int64_t t = 0; t < tiles_.largest(); ++t) pixels_.push_back(t * lanes_);
  for (std::int64_t b = 0; b < divide_up(ic_, lanes_); ++b) taps_.push_back({b * row_, b * lanes_});
  const auto whole = static_cast<std::size_t>(ic_ / lanes_);
  const auto tail = static_cast<std::size_t>(ic_ % lanes_);
  if (whole > 0) lists_.push_back({taps_.data(), whole, static_cast<std::size_t>(lanes_)});
  if (tail > 0) lists_.push_back({taps_.data() + whole, 1, tail});
}

std::size_t Conv2dWinogradPlan::scratch_bytes(std::size_t threads) const {
  return sizeof(float) * ((shares_source_ ? 1 : threads) * src_floats() + threads * sum_floats());
}

void Conv2dWinogradPlan::run(const Operands& operands, void* scratch,
                             cpu::Parallel parallel) const {
  float* const floats = static_cast<float*>(scratch);
  if (shares_source_) {
    run_parts(operands, floats, parallel);
  } else {
    run_panels(operands, floats, parallel);
  }
}

void Conv2dWinogradPlan::run_panels(const Operands& operands, float* scratch,
                                    cpu::Parallel parallel) const {
  parallel(static_cast<std::size_t>(tiles_.panels()), [&](std::size_t index, std::size_t worker) {
    const Panel panel = tiles_.panel(static_cast<std::int64_t>(index));
    float* const src = scratch + worker * (src_floats() + sum_floats());
    float* const sums = src + src_floats();
    transform_src(operands, panel, 0, src_blocks_, src);
    multiply(operands, panel, 0, weights_.segments().size(), src, sums);
    transform_dst(operands, panel, 0, weights_.segments().size(), sums);
  });
}

void Conv2dWinogradPlan::run_parts(const Operands& operands, float* scratch,
                                   cpu::Parallel parallel) const {
  const std::size_t segments = weights_.segments().size();
  for (std::int64_t index = 0; index < tiles_.panels(); ++index) {
    const Panel panel = tiles_.panel(index);
    const Split blocks(src_blocks_, kTransformCost * static_cast<double>(lanes_) *
                                        static_cast<double>(panel.count));
    blocks.run(parallel, [&](std::int64_t begin, std::int64_t end) {
      transform_src(operands, panel, begin, end, scratch);
    });
    parallel((segments + part_ - 1) / part_, [&](std::size_t part, std::size_t worker) {
      const std::size_t begin = part * part_;
      const std::size_t end = std::min(begin + part_, segments);
      float* const sums = scratch + src_floats() + worker * sum_floats();
      multiply(operands, panel, begin, end, scratch, sums);
      transform_dst(operands, panel, begin, end, sums);
    });
  }
}

void Conv2dWinogradPlan::transform_src(const Operands& operands, const Panel& panel,
                                       std::int64_t begin, std::int64_t end, float* src) const {
  for (std::int64_t b = begin; b < end; ++b) {
    transforms_.src({operands.src + (panel.image * src_blocks_ + b) * src_plane_,
                     static_cast<std::size_t>(shape_.w * lanes_), panel.tiles, panel.count,
                     src + b * row_, src_stride_});
  }
}

void Conv2dWinogradPlan::multiply(const Operands& operands, const Panel& panel, std::size_t begin,
                                  std::size_t end, const float* src, float* sums) const {
  const std::vector<ChannelSegment>& segments = weights_.segments();
  const auto floats_of = [&](std::size_t s) {
    return static_cast<std::size_t>(ic_ * segments[s].blocks * lanes_);
  };
  kernels::Conv2dDirect call{};
  call.src_pixels = call.dst_pixels = pixels_.data();
  call.pixels = panel.count;
  call.lists = lists_.data();
  call.num_lists = lists_.size();
  call.dst_block_stride = static_cast<std::size_t>(row_);
  call.bias_lanes = call.store_lanes = static_cast<std::size_t>(lanes_);
  call.low = Clamp().low;
  call.high = Clamp().high;
  for (std::size_t f = 0; f < frequencies_; ++f) {
    call.dst = sums + f * sum_stride_;
    for (std::size_t s = begin; s < end; ++s) {
      const bool last = s + 1 == end;
      const std::size_t next = last ? begin : s + 1;
      call.src = src + f * src_stride_ + segments[s].group * (ic_ / lanes_) * row_;
      call.weights = operands.weights + weights_.place(f, segments[s]);
      call.blocks = static_cast<std::size_t>(segments[s].blocks);
      if (!last || f + 1 < frequencies_) {
        call.next_weights = operands.weights + weights_.place(last ? f + 1 : f, segments[next]);
        call.next_floats = floats_of(next);
      } else {
        call.next_floats = 0;
      }
      multiply_.run(call);
      call.dst += segments[s].blocks * row_;
    }
  }
}

void Conv2dWinogradPlan::transform_dst(const Operands& operands, const Panel& panel,
                                       std::size_t begin, std::size_t end,
                                       const float* sums) const {
  const ChannelSegment& last = weights_.segments()[end - 1];
  const std::int64_t first_block = weights_.segments()[begin].channel / lanes_;
  const std::int64_t end_block = last.channel / lanes_ + last.blocks;
  for (std::int64_t b = first_block; b < end_block; ++b) {
    const std::int64_t place = (panel.image * dst_blocks_ + b) * dst_plane_;
    const std::int64_t channel = b * lanes_;
    write_({sums + (b - first_block) * row_, sum_stride_, panel.tiles, panel.count,
            operands.bias == nullptr ? nullptr : operands.bias + channel,
            static_cast<std::size_t>(std::min(lanes_, shape_.oc - channel)),
            operands.residual == nullptr ? nullptr : operands.residual + place,
            operands.dst + place, static_cast<std::size_t>(dst_row_), operands.clamp.low,
            operands.clamp.high});
  }
}

}  // namespace fastcnn::ops
