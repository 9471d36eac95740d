#include <algorithm>

#include "ops/checks.h"
#include "ops/movement/slice_range.h"
#include "ops/operator.h"
#include "ops/split.h"

// slice: every step-th place of one axis from start on. slice_backward: a range put back into an
// array of zeros. Blocked where the input is, unless channels would have to move between blocks.
namespace fastcnn::ops {
namespace {

// Whether channels [start, start + count) of an image are whole blocks, or another axis is cut.
bool keeps_blocks(std::size_t axis, std::int64_t start, std::int64_t count) {
  return axis != 1 || whole_blocks({start, count});
}

class Slice final : public Operator {
 public:
  explicit Slice(const OpSpec& spec) : range_(slice_range(spec)) {
    const TensorDesc& x = spec.inputs[0];
    const bool blocked = x.layout == Layout::kBlocked &&
                         keeps_blocks(range_.axis, range_.start, range_.count) &&
                         (range_.axis != 1 || range_.step == 1);
    const Layout layout = blocked ? Layout::kBlocked : Layout::kPlain;
    kernel = "memcpy";
    input_layouts = {layout};
    output_layouts = {layout};

    const Shape from = stored_shape(x.shape, layout);
    const Shape to = stored_shape(spec.outputs[0].shape, layout);
    const std::int64_t inner = extent_product(from, range_.axis + 1, from.rank()) *
                               static_cast<std::int64_t>(size_of(x.dtype));
    if (blocked && range_.axis == 1) range_.start /= static_cast<std::int64_t>(cpu::block());
    outer_ = extent_product(from, 0, range_.axis);
    src_row_ = from[range_.axis] * inner;
    src_ = range_.start * inner;
    runs_ = range_.step == 1 ? 1 : to[range_.axis];
    run_ = range_.step == 1 ? to[range_.axis] * inner : inner;
    src_step_ = range_.step * inner;
    alias_offset = static_cast<std::size_t>(src_);
    alias = outer_ == 1 && runs_ == 1 && alias_offset % (cpu::block() * sizeof(float)) == 0;
  }

  void run(const RunArgs& args) const override {
    const auto* src = static_cast<const char*>(args.inputs[0]) + src_;
    auto* dst = static_cast<char*>(args.outputs[0]);
    const Split split(outer_ * runs_, 2.0 * static_cast<double>(run_));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        copy_bytes(src + i / runs_ * src_row_ + i % runs_ * src_step_, dst + i * run_, run_);
      }
    });
  }

 private:
  SliceRange range_;
  std::int64_t outer_;
  std::int64_t runs_;      // of one outer index
  std::int64_t run_;       // bytes, as are all that follow
  std::int64_t src_;       // where the first run begins
  std::int64_t src_row_;   // from one outer index to the next
  std::int64_t src_step_;  // from one run to the next
};

class SliceBackward final : public Operator {
 public:
  explicit SliceBackward(const OpSpec& spec) {
    const std::size_t axis = axis_of(spec);
    std::int64_t start = spec.attributes.get_int("start");
    const bool blocked = spec.inputs[0].layout == Layout::kBlocked &&
                         keeps_blocks(axis, start, spec.inputs[0].shape[axis]);
    const Layout layout = blocked ? Layout::kBlocked : Layout::kPlain;
    kernel = "memcpy";
    input_layouts = {layout};
    output_layouts = {layout};

    const Shape whole = stored_shape(spec.outputs[0].shape, layout);
    const Shape inside = stored_shape(spec.inputs[0].shape, layout);
    const std::int64_t inner = extent_product(whole, axis + 1, whole.rank());
    if (blocked && axis == 1) start /= static_cast<std::int64_t>(cpu::block());
    outer_ = extent_product(whole, 0, axis);
    row_ = whole[axis] * inner;
    offset_ = start * inner;
    run_ = inside[axis] * inner;
  }

  void run(const RunArgs& args) const override {
    const Split split(outer_, 2.0 * sizeof(float) * static_cast<double>(row_));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        float* row = args.dst(0) + i * row_;
        float* inside = row + offset_;
        std::fill(row, inside, 0.0f);
        copy_elements(args.src(0) + i * run_, inside, run_);
        std::fill(inside + run_, row + row_, 0.0f);
      }
    });
  }

 private:
  std::int64_t outer_;
  std::int64_t row_;  // elements of the output for one outer index
  std::int64_t offset_;
  std::int64_t run_;  // elements of the input
};

}  // namespace

std::optional<std::string> refuse_slice(const OpSpec& spec) {
  if (spec.inputs.size() > 1) return "start and stop are not known when the plan is made";
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  slice_range(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_slice(const OpSpec& spec) { return std::make_unique<Slice>(spec); }

std::optional<std::string> refuse_slice_backward(const OpSpec& spec) {
  expect_slice_backward(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_slice_backward(const OpSpec& spec) {
  return std::make_unique<SliceBackward>(spec);
}

}  // namespace fastcnn::ops
