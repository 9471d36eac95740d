#include "ops/sparse/sparse_tiles.h"

#include <algorithm>
#include <limits>

#include "ops/convolution/conv2d_channels.h"

namespace fastcnn::ops {
namespace {

// What steps take in cycles on Zen 3, where loads are the limit: a vector of pixels for an entry;
// an entry's weight and offset, in vectors; a row of a panel, and each of its vectors; a vector of
// a panel copied, or fetched in place.
constexpr double kVectorCost = 0.63;
constexpr double kEntryVectors = 1.3;
constexpr double kRowCost = 12;
constexpr double kRowVectorCost = 2;
constexpr double kCopyCost = 3;
constexpr double kFetchCost = 1;

constexpr std::int64_t kLineBytes = 64;
constexpr std::int64_t kLineFloats = 16;

// A panel and the weights and sums that pass by share the first cache.
constexpr std::int64_t kPanelBytes = 26 << 10;
constexpr std::int64_t kSets = 64;
constexpr std::int64_t kWays = 6;  // of 8 for the panel
// Planes that are read in place are smaller: offsets of kSets * kWays of them fit 32 bits.
constexpr std::int64_t kMaxPlane = std::int64_t{1} << 22;

// How many runs of `bytes`, `stride` bytes apart, the first cache holds at once.
std::int64_t runs_in_cache(std::int64_t bytes, std::int64_t stride, std::int64_t most) {
  std::int64_t used[kSets] = {};
  for (std::int64_t run = 0; run < most; ++run) {
    const std::int64_t first = run * stride / kLineBytes;
    const std::int64_t last = (run * stride + bytes - 1) / kLineBytes;
    for (std::int64_t line = first; line <= last; ++line) {
      if (++used[line % kSets] > kWays) return run;
    }
  }
  return most;
}

}  // namespace

SparseTiles::SparseTiles(const Conv2dShape& s, const kernels::Conv2dSparseKernel& kernel,
                         Layout layout, std::int64_t nonzeros)
    : lanes_(static_cast<std::int64_t>(cpu::block())),
      kh_(s.kh),
      kw_(s.kw),
      stride_h_(s.stride_h),
      stride_w_(s.stride_w),
      dilation_h_(s.dilation_h),
      dilation_w_(s.dilation_w),
      pad_top_(s.pad_top),
      pad_left_(s.pad_left),
      src_rows_(s.h),
      src_columns_(s.w),
      src_last_(s.w),
      dst_rows_(s.oh),
      dst_columns_(s.ow),
      dst_last_(s.ow),
      src_plane_(s.h * s.w),
      phases_(s.kh == 1 ? 1 : s.stride_h),
      blocked_(layout != Layout::kPlain),
      kernel_(kernel),
      transpose_(kernels::select_transpose2d()) {
  const bool pointwise = s.taps() == 1 && s.stride_h == 1 && s.stride_w == 1 && s.oh == s.h &&
                         s.ow == s.w && s.pad_top == 0 && s.pad_left == 0;
  if (pointwise && src_plane_ > 0) {
    src_rows_ = dst_rows_ = divide_up(src_plane_, lanes_);
    src_columns_ = dst_columns_ = lanes_;
    src_last_ = dst_last_ = src_plane_ - (src_rows_ - 1) * lanes_;
  }
  column_tiles_ = divide_up(dst_columns_, lanes_);
  const bool aligned =
      pointwise && !blocked_ && src_plane_ % kLineFloats == 0 && src_plane_ < kMaxPlane;
  std::int64_t best = 1;
  bool best_in_place = false;
  double least = std::numeric_limits<double>::infinity();
  for (const bool in_place : {false, true}) {
    if (in_place && !aligned) continue;
    for (std::int64_t v = 1; v <= static_cast<std::int64_t>(kernel.max_vectors); ++v) {
      cut(v, in_place, s);
      const double cycles = cost(s, static_cast<double>(nonzeros));
      if (cycles < least) {
        best = v;
        best_in_place = in_place;
        least = cycles;
      }
    }
  }
  cut(best, best_in_place, s);
}

void SparseTiles::cut(std::int64_t vectors, bool in_place, const Conv2dShape& s) {
  vectors_ = vectors;
  in_place_ = in_place;
  rows_ = vectors_ + (kh_ - 1) * dilation_h_ / stride_h_;
  row_tiles_ = divide_up(dst_rows_, vectors_);

  const std::int64_t channels = std::max<std::int64_t>(s.ic_per_group(), 1);
  const auto float_bytes = static_cast<std::int64_t>(sizeof(float));
  const std::int64_t bytes = channel_floats() * float_bytes;
  const std::int64_t fit = in_place
                               ? runs_in_cache(vectors_ * lanes_ * float_bytes, bytes, channels)
                               : std::clamp<std::int64_t>(kPanelBytes / bytes, 1, channels);
  panel_channels_ = divide_up(channels, divide_up(channels, std::max<std::int64_t>(fit, 1)));
  if (blocked_ && panel_channels_ > lanes_) {
    panel_channels_ =
        std::min(round_up(panel_channels_, lanes_), std::max(fit / lanes_ * lanes_, lanes_));
  }
}

double SparseTiles::cost(const Conv2dShape& s, double nonzeros) const {
  const auto channels = static_cast<double>(s.ic_per_group() * s.groups);
  const auto panels = static_cast<double>(divide_up(s.ic_per_group(), panel_channels_));
  const double row_visits = panels * static_cast<double>(s.oc);
  const auto of_tile = [&](std::int64_t rows) {
    const auto vectors = static_cast<double>(rows);
    const double fill = in_place_ ? kFetchCost * vectors
                                  : kCopyCost * static_cast<double>(channel_floats() / lanes_);
    return nonzeros * (vectors + kEntryVectors) * kVectorCost +
           row_visits * (kRowCost + vectors * kRowVectorCost) + channels * fill;
  };
  const std::int64_t rest = dst_rows_ - (row_tiles_ - 1) * vectors_;
  return static_cast<double>(column_tiles_) *
         (static_cast<double>(row_tiles_ - 1) * of_tile(vectors_) + of_tile(rest));
}

std::int64_t SparseTiles::offset(std::int64_t channel, std::int64_t k, std::int64_t l) const {
  const std::int64_t phase = k * dilation_h_ % stride_h_;
  const std::int64_t row = k * dilation_h_ / stride_h_;
  return channel * channel_floats() + ((l * phases_ + phase) * rows_ + row) * lanes_;
}

std::vector<kernels::SparsePiece> SparseTiles::pieces(std::int64_t tile) const {
  const std::int64_t first_row = tile / column_tiles_ * vectors_ * stride_h_ - pad_top_;
  const std::int64_t first_column = tile % column_tiles_ * lanes_ * stride_w_ - pad_left_;
  std::vector<kernels::SparsePiece> list;
  for (std::int64_t l = 0; l < kw_; ++l) {
    const std::int64_t column = first_column + l * dilation_w_;
    for (std::int64_t phase = 0; phase < phases_; ++phase) {
      for (std::int64_t r = 0; r < rows_; ++r) {
        const std::int64_t row = first_row + r * stride_h_ + phase;
        std::int64_t first = 0;
        std::int64_t end = 0;
        if (row >= 0 && row < src_rows_) {
          const std::int64_t columns = row + 1 == src_rows_ ? src_last_ : src_columns_;
          first = std::min(lanes_, divide_up(std::max<std::int64_t>(-column, 0), stride_w_));
          end = divide_up(std::max<std::int64_t>(columns - column, 0), stride_w_);
          end = std::clamp(end, first, lanes_);
        }
        list.push_back({row * src_columns_ + column, static_cast<std::uint32_t>(first),
                        static_cast<std::uint32_t>(end - first)});
      }
    }
  }
  return list;
}

void SparseTiles::fill(const float* image, Layout layout,
                       const std::vector<kernels::SparsePiece>& list, std::int64_t channel,
                       std::int64_t channels, float* panel) const {
  if (layout == Layout::kPlain) {
    kernel_.fill({image + channel * src_plane_, static_cast<std::size_t>(src_plane_),
                  static_cast<std::size_t>(channels), list.data(), list.size(),
                  static_cast<std::size_t>(stride_w_), panel});
    return;
  }
  for (const ChannelRun& run : channel_runs(channel, channels, lanes_)) {
    fill_blocked(image + run.plane * src_plane_ * lanes_, list, run.lane, run.channels,
                 panel + (run.channel - channel) * channel_floats());
  }
}

void SparseTiles::fill_blocked(const float* block, const std::vector<kernels::SparsePiece>& list,
                               std::int64_t lane, std::int64_t channels, float* panel) const {
  const std::int64_t stride = channel_floats();
  for (const kernels::SparsePiece& piece : list) {
    if (piece.count < lanes_) {
      for (std::int64_t c = 0; c < channels; ++c) std::fill_n(panel + c * stride, lanes_, 0.0f);
    }
    if (piece.count > 0) {
      transpose_.run({piece.count, static_cast<std::size_t>(channels),
                      block + (piece.src + piece.first * stride_w_) * lanes_ + lane,
                      static_cast<std::size_t>(stride_w_ * lanes_), panel + piece.first,
                      static_cast<std::size_t>(stride)});
    }
    panel += lanes_;
  }
}

std::vector<SparseTiles::Part> SparseTiles::parts(std::int64_t tile) const {
  const std::int64_t row = tile / column_tiles_ * vectors_;
  const std::int64_t column = tile % column_tiles_ * lanes_;
  const std::int64_t rows = std::min(vectors_, dst_rows_ - row);
  const auto columns = [&](std::int64_t of_row) { return std::min(lanes_, of_row - column); };
  const std::int64_t dst = row * dst_columns_ + column;
  if (row + rows < dst_rows_ || dst_last_ == dst_columns_) {
    return {{0, rows, columns(dst_columns_), dst}};
  }
  return {{0, rows - 1, columns(dst_columns_), dst},
          {rows - 1, 1, columns(dst_last_), dst + (rows - 1) * dst_columns_}};
}

}  // namespace fastcnn::ops
