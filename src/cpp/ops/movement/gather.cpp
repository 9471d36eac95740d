#include <algorithm>

#include "cpu/isa.h"
#include "ops/checks.h"
#include "ops/movement/channel_move.h"
#include "ops/movement/gather_checks.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// gather: along one axis, the places that the second input names. Along the channels of a blocked
// image it stays blocked: a channel shuffle is one step.
namespace fastcnn::ops {
namespace {

// The indices of one run, checked: negative ones count from the end.
class Indices {
 public:
  Indices(const OpSpec& spec, std::size_t axis)
      : op_(spec.op),
        axis_(axis),
        extent_(spec.inputs[0].shape[axis]),
        count_(spec.inputs[1].shape.count()),
        wide_(size_of(spec.inputs[1].dtype) == sizeof(std::int64_t)) {}

  std::int64_t count() const { return count_; }

  std::int64_t at(const RunArgs& args, std::int64_t i) const {
    const std::int64_t given = wide_ ? static_cast<const std::int64_t*>(args.inputs[1])[i]
                                     : static_cast<const std::int32_t*>(args.inputs[1])[i];
    require(given >= -extent_ && given < extent_, ErrorKind::kValue, op_, ": index ", given,
            " is outside of axis ", axis_, ", which has ", extent_);
    return given < 0 ? given + extent_ : given;
  }

 private:
  std::string op_;
  std::size_t axis_;
  std::int64_t extent_;
  std::int64_t count_;
  bool wide_;
};

class Gather final : public Operator {
 public:
  explicit Gather(const OpSpec& spec) : indices_(spec, axis_of(spec, 0)) {
    const std::size_t axis = axis_of(spec, 0);
    const TensorDesc& x = spec.inputs[0];
    kernel = "memcpy";
    input_layouts = {Layout::kPlain, Layout::kPlain};
    output_layouts = {Layout::kPlain};
    outer_ = extent_product(x.shape, 0, axis);
    run_ = extent_product(x.shape, axis + 1, x.shape.rank()) *
           static_cast<std::int64_t>(size_of(x.dtype));
    row_ = x.shape[axis] * run_;
  }

  void run(const RunArgs& args) const override {
    const auto* src = static_cast<const char*>(args.inputs[0]);
    auto* dst = static_cast<char*>(args.outputs[0]);
    const std::int64_t count = indices_.count();
    for (std::int64_t i = 0; i < count; ++i) indices_.at(args, i);  // before any thread reads by it
    Split(outer_ * count, 2.0 * static_cast<double>(run_))
        .run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
          for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t place = indices_.at(args, i % count);
            copy_bytes(src + i / count * row_ + place * run_, dst + i * run_, run_);
          }
        });
  }

 private:
  Indices indices_;
  std::int64_t outer_;
  std::int64_t row_;  // bytes of the input for one outer index
  std::int64_t run_;  // bytes at one index
};

class GatherChannels final : public Operator {
 public:
  explicit GatherChannels(const OpSpec& spec)
      : indices_(spec, 1), move_({spec.inputs[0]}, spec.outputs[0].shape) {
    kernel = move_.kernel_name();
    input_layouts = {Layout::kBlocked, Layout::kPlain};
    output_layouts = {Layout::kBlocked};
  }

  std::size_t scratch_bytes(std::size_t) const override {
    return static_cast<std::size_t>(move_.blocks()) * sizeof(BlockPieces);
  }

  void run(const RunArgs& args) const override {
    auto* pieces = static_cast<BlockPieces*>(args.scratch);
    move_.cut([&](std::int64_t c) { return SourceChannel{0, indices_.at(args, c)}; }, pieces);
    move_.run(args, pieces);
  }

 private:
  Indices indices_;
  ChannelMove move_;
};

}  // namespace

std::optional<std::string> refuse_gather(const OpSpec& spec) {
  expect_gather(spec);
  return refuse_index_type(spec);
}

std::unique_ptr<Operator> make_gather(const OpSpec& spec) { return std::make_unique<Gather>(spec); }

std::optional<std::string> refuse_gather_channels(const OpSpec& spec) {
  if (const auto other = refuse_gather(spec)) return other;
  if (axis_of(spec, 0) != 1 || spec.inputs[1].shape.rank() != 1) return "not along the channels";
  if (spec.inputs[0].layout == Layout::kPlain) return "the input is plain";
  return std::nullopt;
}

std::unique_ptr<Operator> make_gather_channels(const OpSpec& spec) {
  return std::make_unique<GatherChannels>(spec);
}

}  // namespace fastcnn::ops
