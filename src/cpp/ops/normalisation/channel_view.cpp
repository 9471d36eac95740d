#include "ops/normalisation/channel_view.h"

#include <algorithm>

#include "cpu/cache.h"
#include "cpu/isa.h"

namespace fastcnn::ops {
namespace {

constexpr std::int64_t kChunkBytes = 64 << 10;

}  // namespace

ChannelView::ChannelView(const Shape& shape)
    : layout_(shape.rank() == 4 ? Layout::kBlocked : Layout::kPlain),
      lanes_(static_cast<std::int64_t>(cpu::block())),
      channels_(shape[1]) {
  std::int64_t inner = 1;
  for (std::size_t axis = 2; axis < shape.rank(); ++axis) inner *= shape[axis];
  values_ = shape[0] * inner;
  images_ = shape[0];
  last_group_width_ = lanes_;
  last_row_width_ = lanes_;

  if (shape.rank() == 2) {
    groups_ = divide_up(channels_, lanes_);
    group_stride_ = lanes_;
    images_ = 1;
    image_stride_ = 0;
    rows_ = shape[0];
    row_stride_ = channels_;
    if (channels_ % lanes_ != 0) last_group_width_ = channels_ % lanes_;
  } else if (layout_ == Layout::kBlocked) {
    groups_ = divide_up(channels_, lanes_);
    group_stride_ = inner * lanes_;
    image_stride_ = groups_ * group_stride_;
    rows_ = inner;
    row_stride_ = lanes_;
  } else {
    groups_ = channels_;
    group_stride_ = inner;
    image_stride_ = channels_ * inner;
    rows_ = divide_up(inner, lanes_);
    row_stride_ = lanes_;
    if (inner % lanes_ != 0) last_row_width_ = inner % lanes_;
    lanes_per_channel_ = lanes_;
  }
  const std::int64_t group_bytes =
      images_ * rows_ * lanes_ * static_cast<std::int64_t>(sizeof(float));
  chunks_ = std::max<std::int64_t>(1, group_bytes / kChunkBytes);
}

std::int64_t ChannelView::groups_of_slab(std::size_t threads, std::size_t tensors) const {
  const std::size_t cache = cpu::cache_sizes().l2 * threads;
  const auto group = static_cast<std::size_t>(images_ * rows_ * lanes_) * sizeof(float) * tensors;
  if (cache == 0 || group == 0) return std::max<std::int64_t>(groups_, 1);
  return std::max<std::int64_t>(static_cast<std::int64_t>(cache / group), 1);
}

double ChannelView::chunk_bytes() const {
  return static_cast<double>(images_ * rows_ * lanes_) * sizeof(float) /
         static_cast<double>(chunks_);
}

}  // namespace fastcnn::ops
