#include "ops/convolution/conv2d_channels.h"

#include <algorithm>
#include <cstddef>

namespace fastcnn::ops {
namespace {

// How many of so many blocks in a row to take next, so that none is left alone.
std::int64_t blocks_together(std::int64_t in_a_row, std::int64_t max_blocks,
                             std::int64_t odd_blocks) {
  std::int64_t together = 1;
  while (2 * together <= std::min(in_a_row, max_blocks)) together *= 2;
  const bool leaves_one = in_a_row == together + 1;
  return leaves_one && odd_blocks > 0 && odd_blocks <= in_a_row ? odd_blocks : together;
}

}  // namespace

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
                                             std::int64_t block, std::int64_t max_blocks,
                                             std::int64_t odd_blocks) {
  std::vector<ChannelSegment> segments;
  const std::int64_t per_group = channels / groups;
  for (std::int64_t group = 0; group < groups; ++group) {
    const std::vector<ChannelRun> runs = channel_runs(group * per_group, per_group, block);
    const auto stored = [&](const ChannelRun& run) {
      return run.channel + run.channels == channels ? block - run.lane : run.channels;
    };
    for (std::size_t i = 0; i < runs.size();) {
      const auto in_a_row = runs[i].lane > 0 ? 1 : static_cast<std::int64_t>(runs.size() - i);
      const std::int64_t together = blocks_together(in_a_row, max_blocks, odd_blocks);
      const ChannelRun& last = runs[i + static_cast<std::size_t>(together) - 1];
      segments.push_back({group, runs[i].channel, together, last.channels, stored(last)});
      i += static_cast<std::size_t>(together);
    }
  }
  return segments;
}

}  // namespace fastcnn::ops
