#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/channel_copy/channel_copy.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// Where a channel of the result comes from.
struct SourceChannel {
  std::size_t input;
  std::int64_t channel;
};

// A block of channels as pieces of the inputs' blocks: lanes that come from neighbouring lanes of
// one block are one piece.
struct BlockPieces {
  static constexpr std::size_t kMaxLanes = 16;
  struct Piece {
    std::size_t input;
    std::int64_t block;
    std::int64_t shift;  // of lanes, from source to result
    std::size_t end;
  };

  std::size_t count = 0;
  std::array<Piece, kMaxLanes> pieces;
};

// Channels of blocked images rearranged, by kernels/channel_copy.
class ChannelMove {
 public:
  // `inputs` are images [N, C, H, W] that differ in C alone, one for each SourceChannel::input.
  ChannelMove(const std::vector<TensorDesc>& inputs, const Shape& output);

  const char* kernel_name() const { return kernel_.name; }
  std::int64_t blocks() const { return blocks_; }  // of the result

  // Writes blocks() elements of `pieces`; source_of(c) is where channel c comes from.
  template <typename SourceOf>
  void cut(SourceOf&& source_of, BlockPieces* pieces) const {
    for (std::int64_t b = 0; b < blocks_; ++b) pieces[b].count = 0;
    for (std::int64_t c = 0; c < channels_; ++c) add(source_of(c), c, pieces);
  }

  void run(const RunArgs& args, const BlockPieces* pieces) const;

 private:
  // Makes `source` channel c of the result.
  void add(const SourceChannel& source, std::int64_t c, BlockPieces* pieces) const;

  const kernels::ChannelCopyKernel& kernel_;
  std::int64_t lanes_;
  std::int64_t channels_;  // of the result, as is blocks_
  std::int64_t samples_;
  std::int64_t pixels_;
  std::int64_t blocks_;
  std::vector<std::int64_t> input_blocks_;
};

}  // namespace fastcnn::ops
