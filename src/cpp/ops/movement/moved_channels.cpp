#include <algorithm>

#include "ops/checks.h"
#include "ops/movement/channel_move.h"
#include "ops/movement/slice_range.h"

// concat, slice along the channels of blocked images where they do not begin or end with a block.
namespace fastcnn::ops {
namespace {

class ChannelMoveOp final : public Operator {
 public:
  ChannelMoveOp(const OpSpec& spec, const std::vector<SourceChannel>& sources)
      : move_(spec.inputs, spec.outputs[0].shape),
        pieces_(static_cast<std::size_t>(move_.blocks())) {
    kernel = move_.kernel_name();
    input_layouts.assign(spec.inputs.size(), Layout::kBlocked);
    output_layouts = {Layout::kBlocked};
    move_.cut([&](std::int64_t c) { return sources[static_cast<std::size_t>(c)]; }, pieces_.data());
  }

  void run(const RunArgs& args) const override { move_.run(args, pieces_.data()); }

 private:
  ChannelMove move_;
  std::vector<BlockPieces> pieces_;
};

// Why `spec` does not move channels of blocked images, or nothing.
std::optional<std::string> refuse_move(const OpSpec& spec) {
  if (axis_of(spec) != 1) return "not along the channels";
  const bool blocked =
      std::any_of(spec.inputs.begin(), spec.inputs.end(),
                  [](const TensorDesc& input) { return input.layout == Layout::kBlocked; });
  if (!blocked) return "no input is blocked";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_concat(const OpSpec& spec);
std::optional<std::string> refuse_slice(const OpSpec& spec);

std::optional<std::string> refuse_concat_channels(const OpSpec& spec) {
  if (const auto other = refuse_concat(spec)) return other;
  if (const auto other = refuse_move(spec)) return other;
  std::vector<std::int64_t> channels;
  for (const TensorDesc& input : spec.inputs) channels.push_back(input.shape[1]);
  if (whole_blocks(channels)) return "every input is whole blocks";
  return std::nullopt;
}

std::unique_ptr<Operator> make_concat_channels(const OpSpec& spec) {
  std::vector<SourceChannel> sources;
  for (std::size_t i = 0; i < spec.inputs.size(); ++i) {
    for (std::int64_t c = 0; c < spec.inputs[i].shape[1]; ++c) sources.push_back({i, c});
  }
  return std::make_unique<ChannelMoveOp>(spec, sources);
}

std::optional<std::string> refuse_slice_channels(const OpSpec& spec) {
  if (const auto other = refuse_slice(spec)) return other;
  if (const auto other = refuse_move(spec)) return other;
  const SliceRange range = slice_range(spec);
  if (range.step == 1 && whole_blocks({range.start, range.count})) {
    return "the slice is whole blocks";
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_slice_channels(const OpSpec& spec) {
  const SliceRange range = slice_range(spec);
  std::vector<SourceChannel> sources;
  for (std::int64_t i = 0; i < range.count; ++i) {
    sources.push_back({0, range.start + i * range.step});
  }
  return std::make_unique<ChannelMoveOp>(spec, sources);
}

}  // namespace fastcnn::ops
