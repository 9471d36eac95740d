#pragma once

#include <algorithm>
#include <cstddef>

#include "ops/channel_view.h"

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
    float* array = memory_ + static_cast<std::int64_t>(index) * view_.lane_count();
    std::fill(array, array + view_.lane_count(), 0.0f);
    for (std::int64_t c = 0; c < view_.channels(); ++c) {
      std::fill(array + view_.first_lane(c), array + view_.last_lane(c), value(c));
    }
    return array;
  }

 private:
  const ChannelView& view_;
  float* memory_;
};

}  // namespace fastcnn::ops
