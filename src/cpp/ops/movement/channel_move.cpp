#include "ops/movement/channel_move.h"

#include "cpu/isa.h"
#include "ops/split.h"

namespace fastcnn::ops {

ChannelMove::ChannelMove(const std::vector<TensorDesc>& inputs, const Shape& output)
    : kernel_(kernels::select_channel_copy()),
      lanes_(static_cast<std::int64_t>(cpu::block())),
      channels_(output[1]),
      samples_(output[0]),
      pixels_(output[2] * output[3]),
      blocks_(divide_up(channels_, lanes_)) {
  for (const TensorDesc& input : inputs) {
    input_blocks_.push_back(divide_up(input.shape[1], lanes_));
  }
}

void ChannelMove::add(const SourceChannel& source, std::int64_t c, BlockPieces* pieces) const {
  BlockPieces& of_block = pieces[c / lanes_];
  const std::int64_t block = source.channel / lanes_;
  const std::int64_t shift = c % lanes_ - source.channel % lanes_;
  const auto end = static_cast<std::size_t>(c % lanes_ + 1);
  if (of_block.count > 0) {
    BlockPieces::Piece& last = of_block.pieces[of_block.count - 1];
    if (last.input == source.input && last.block == block && last.shift == shift) {
      last.end = end;
      return;
    }
  }
  of_block.pieces[of_block.count++] = {source.input, block, shift, end};
}

// One item is a block of channels of one sample.
void ChannelMove::run(const RunArgs& args, const BlockPieces* pieces) const {
  const std::int64_t plane = pixels_ * lanes_;
  const Split split(samples_ * blocks_, 3.0 * sizeof(float) * static_cast<double>(plane));
  split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
    std::array<kernels::ChannelPiece, BlockPieces::kMaxLanes> read;
    for (std::int64_t item = begin; item < end; ++item) {
      const std::int64_t sample = item / blocks_;
      const BlockPieces& of_block = pieces[item % blocks_];
      for (std::size_t k = 0; k < of_block.count; ++k) {
        const BlockPieces::Piece& piece = of_block.pieces[k];
        const std::int64_t block = sample * input_blocks_[piece.input] + piece.block;
        read[k] = {args.src(piece.input) + block * plane - piece.shift, piece.end};
      }
      kernel_.run({static_cast<std::size_t>(pixels_), of_block.count, read.data(),
                   args.dst(0) + item * plane});
    }
  });
}

}  // namespace fastcnn::ops
