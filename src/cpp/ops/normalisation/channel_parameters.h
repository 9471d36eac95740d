#pragma once

#include <algorithm>
#include <cstddef>

#include "ops/normalisation/channel_view.h"

namespace fastcnn::ops {

// Arrays with one element for each lane of a ChannelView, laid out one behind the other in an
// operator's scratch. Lanes without a channel hold 0, which keeps the padding of a blocked tensor
// finite.
class ChannelParameters {
 public:
  ChannelParameters(const ChannelView& view, float* memory) : view_(view), memory_(memory) {}

  static std::size_t count(const ChannelView& view, std::size_t arrays) {
    return arrays * static_cast<std::size_t>(view.lane_count());
  }

  // Fills array `index` with value(channel).
  template <typename Value>
  const float* fill(std::size_t index, Value&& value) const {
    return fill(index, view_.groups(), value);
  }

  // The same in the lanes of these groups alone.
  template <typename Value>
  const float* fill(std::size_t index, const ChannelView::Groups& groups, Value&& value) const {
    const auto lanes = static_cast<std::int64_t>(view_.lanes());
    float* array = memory_ + static_cast<std::int64_t>(index) * view_.lane_count();
    std::fill(array + groups.begin * lanes, array + groups.end * lanes, 0.0f);
    view_.for_each_channel(groups, [&](std::int64_t c) {
      std::fill(array + view_.first_lane(c), array + view_.last_lane(c), value(c));
    });
    return array;
  }

 private:
  const ChannelView& view_;
  float* memory_;
};

}  // namespace fastcnn::ops
