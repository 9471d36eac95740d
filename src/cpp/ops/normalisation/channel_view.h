#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/tensor_desc.h"
#include "ops/split.h"

namespace fastcnn::ops {

// A tensor of rank 2 or more seen as rows of one vector, each lane belonging to one channel (axis
// 1): what a pass over channels walks along. See kernels/batch_norm/README.md for the three cases.
//
// Groups hold one vector's channels; a group has images() * rows() rows. Rank 4 is blocked, any
// other rank plain.
class ChannelView {
 public:
  explicit ChannelView(const Shape& shape);

  Layout layout() const { return layout_; }
  std::int64_t channels() const { return channels_; }
  std::int64_t values_per_channel() const { return values_; }
  std::size_t row_stride() const { return static_cast<std::size_t>(row_stride_); }
  std::size_t lanes() const { return static_cast<std::size_t>(lanes_); }

  // Length of an array with one element for each lane of each group.
  std::int64_t lane_count() const { return groups_ * lanes_; }

  // Lanes [first, last) of such an array belong to the channel.
  std::int64_t first_lane(std::int64_t channel) const { return channel * lanes_per_channel_; }
  std::int64_t last_lane(std::int64_t channel) const { return first_lane(channel + 1); }

  // Groups [begin, end).
  struct Groups {
    std::int64_t begin;
    std::int64_t end;
  };
  Groups groups() const { return {0, groups_}; }

  // Calls body(groups) for runs of groups, in order: what the first of two passes has read of
  // `tensors` tensors like this one should be in the cores' caches when the second begins.
  template <typename Body>
  void for_each_slab(std::size_t threads, std::size_t tensors, Body&& body) const {
    const std::int64_t step = groups_of_slab(threads, tensors);
    for (std::int64_t begin = 0; begin < groups_; begin += step) {
      body(Groups{begin, std::min(begin + step, groups_)});
    }
  }

  // Calls body(channel) for the channels of these groups.
  template <typename Body>
  void for_each_channel(const Groups& groups, Body&& body) const {
    const std::int64_t first = groups.begin * lanes_ / lanes_per_channel_;
    const std::int64_t end = groups.end * lanes_ / lanes_per_channel_;
    for (std::int64_t c = first; c < std::min(end, channels_); ++c) body(c);
  }

  // Every row cut into chunks of one group each, some 64 KB, by the shape alone.
  std::int64_t chunks_per_group() const { return chunks_; }
  std::int64_t chunks() const { return groups_ * chunks_; }
  Split split(const Groups& groups) const {
    return Split((groups.end - groups.begin) * chunks_, chunk_bytes());
  }

  // Calls body(offset of the first row, rows, width) for each run of rows in chunk `chunk`, a
  // number in [0, chunks()); its group is chunk / chunks_per_group().
  template <typename Body>
  void for_each_run(std::int64_t chunk, Body&& body) const {
    const std::int64_t group = chunk / chunks_;
    const std::int64_t part = chunk % chunks_;
    const std::int64_t total = images_ * rows_;
    const std::int64_t end = total * (part + 1) / chunks_;
    for (std::int64_t at = total * part / chunks_; at < end;) {
      const std::int64_t image = at / rows_;
      const std::int64_t row = at % rows_;
      const std::int64_t count = std::min(end - at, rows_ - row);
      const std::int64_t offset = image * image_stride_ + group * group_stride_ + row * row_stride_;
      const std::int64_t width = group == groups_ - 1 ? last_group_width_ : lanes_;
      const bool ragged = row + count == rows_ && last_row_width_ < lanes_;
      const std::int64_t whole = count - (ragged ? 1 : 0);
      if (whole > 0) body(offset, whole, width);
      if (ragged) body(offset + whole * row_stride_, std::int64_t{1}, last_row_width_);
      at += count;
    }
  }

 private:
  double chunk_bytes() const;
  std::int64_t groups_of_slab(std::size_t threads, std::size_t tensors) const;

  Layout layout_;
  std::int64_t lanes_;
  std::int64_t channels_;
  std::int64_t values_;
  std::int64_t groups_;
  std::int64_t group_stride_;
  std::int64_t images_;
  std::int64_t image_stride_;
  std::int64_t rows_;
  std::int64_t row_stride_;
  std::int64_t last_group_width_;
  std::int64_t last_row_width_;
  std::int64_t lanes_per_channel_ = 1;
  std::int64_t chunks_;
};

}  // namespace fastcnn::ops
