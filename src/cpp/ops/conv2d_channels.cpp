#include "ops/conv2d_channels.h"

#include <algorithm>
#include <cstddef>

namespace fastcnn::ops {

std::vector<ChannelRun> channel_runs(std::int64_t first, std::int64_t count, std::int64_t lanes) {
  std::vector<ChannelRun> runs;
  const std::int64_t end = first + count;
  for (std::int64_t channel = first; channel < end;) {
    const std::int64_t lane = channel % lanes;
    const std::int64_t channels = std::min(lanes - lane, end - channel);
    runs.push_back({channel, channel / lanes, lane, channels});
    channel += channels;
  }
  return runs;
}

std::vector<ChannelSegment> channel_segments(std::int64_t channels, std::int64_t groups,
                                             std::int64_t block, std::int64_t max_blocks) {
  std::vector<ChannelSegment> segments;
  const std::int64_t per_group = channels / groups;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::vector<ChannelRun> runs = channel_runs(group * per_group, per_group, block);
    const auto stored = [&](const ChannelRun& run) {
      return run.channel + run.channels == channels ? block - run.lane : run.channels;
    };
    const auto whole = [&](const ChannelRun& run) { return stored(run) == block; };
    for (std::size_t i = 0; i < runs.size();) {
      std::size_t together = 1;
      while (2 * static_cast<std::int64_t>(together) <= max_blocks &&
             i + 2 * together <= runs.size() &&
             std::all_of(runs.begin() + static_cast<std::ptrdiff_t>(i),
                         runs.begin() + static_cast<std::ptrdiff_t>(i + 2 * together), whole)) {
        together *= 2;
      }
      const ChannelRun& last = runs[i + together - 1];
      segments.push_back({group, runs[i].channel, static_cast<std::int64_t>(together),
                          last.channels, stored(last)});
      i += together;
    }
  }
  return segments;
}

}  // namespace fastcnn::ops
