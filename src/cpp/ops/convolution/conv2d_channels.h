#pragma once

#include <cstdint>
#include <vector>

namespace fastcnn::ops {

// Consecutive channels within one plane of a tensor whose planes hold `lanes` channels.
struct ChannelRun {
  std::int64_t channel;  // the first
  std::int64_t plane;
  std::int64_t lane;
  std::int64_t channels;
};

// The channels [first, first + count) plane by plane.
std::vector<ChannelRun> channel_runs(std::int64_t first, std::int64_t count, std::int64_t lanes);

// Output channels of one group that are computed together: blocks of which the last may end where
// the group does, or the first part of a group that begins inside of a block.
//
// `odd_blocks` is 3 where three blocks may go together, so that none of an odd number is left
// alone; else 0.
//
// Groups never meet in a vector of weights, so a NaN in one cannot reach another.
struct ChannelSegment {
  std::int64_t group;
  std::int64_t channel;      // the first
  std::int64_t blocks;       // a power of two, or 3
  std::int64_t real_lanes;   // channels in the last block
  std::int64_t store_lanes;  // lanes to write there: to the end of the block after the last channel
};

std::vector<ChannelSegment> channel_segments(std::int64_t channels, std::int64_t groups,
                                             std::int64_t block, std::int64_t max_blocks,
                                             std::int64_t odd_blocks = 0);

}  // namespace fastcnn::ops
