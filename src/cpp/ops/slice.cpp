#include <algorithm>

#include "ops/checks.h"
#include "ops/operator.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// slice: [start, stop) of one axis. slice_backward: the same place in an array of zeros. Blocked
// where the input is, unless channels would have to move between blocks.
namespace fastcnn::ops {
namespace {

// A run of the long tensor at `offset` of every `row`, and the short tensor of those runs alone.
struct Runs {
  std::int64_t outer;
  std::int64_t row;
  std::int64_t offset;
  std::int64_t run;
};

// `part` is the shape of what lies between start and stop.
Layout layout_of(const OpSpec& spec, const Shape& part) {
  if (spec.inputs[0].layout == Layout::kPlain) return Layout::kPlain;
  if (axis_of(spec) != 1) return Layout::kBlocked;
  const std::int64_t start = spec.attributes.get_int("start");
  return whole_blocks({start, part[1]}) ? Layout::kBlocked : Layout::kPlain;
}

Runs runs_of(const OpSpec& spec, const Shape& shape, const Shape& part, Layout layout) {
  const std::size_t axis = axis_of(spec);
  const Shape whole = stored_shape(shape, layout);
  const Shape inside = stored_shape(part, layout);
  const std::int64_t inner = extent_product(whole, axis + 1, whole.rank());
  std::int64_t start = spec.attributes.get_int("start");
  if (layout == Layout::kBlocked && axis == 1) start /= static_cast<std::int64_t>(cpu::block());
  return {extent_product(whole, 0, axis), whole[axis] * inner, start * inner, inside[axis] * inner};
}

class Slice final : public Operator {
 public:
  explicit Slice(const OpSpec& spec) {
    const Layout layout = layout_of(spec, spec.outputs[0].shape);
    kernel = "memcpy";
    input_layouts = {layout};
    output_layouts = {layout};
    runs_ = runs_of(spec, spec.inputs[0].shape, spec.outputs[0].shape, layout);
    alias = runs_.outer == 1 && runs_.offset % static_cast<std::int64_t>(cpu::block()) == 0;
    alias_offset = static_cast<std::size_t>(runs_.offset) * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const Split split(runs_.outer, 2.0 * sizeof(float) * static_cast<double>(runs_.run));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        copy_elements(args.src(0) + i * runs_.row + runs_.offset, args.dst(0) + i * runs_.run,
                      runs_.run);
      }
    });
  }

 private:
  Runs runs_;
};

class SliceBackward final : public Operator {
 public:
  explicit SliceBackward(const OpSpec& spec) {
    const Layout layout = layout_of(spec, spec.inputs[0].shape);
    kernel = "memcpy";
    input_layouts = {layout};
    output_layouts = {layout};
    runs_ = runs_of(spec, spec.outputs[0].shape, spec.inputs[0].shape, layout);
  }

  void run(const RunArgs& args) const override {
    const Split split(runs_.outer, 2.0 * sizeof(float) * static_cast<double>(runs_.row));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        float* row = args.dst(0) + i * runs_.row;
        float* inside = row + runs_.offset;
        std::fill(row, inside, 0.0f);
        copy_elements(args.src(0) + i * runs_.run, inside, runs_.run);
        std::fill(inside + runs_.run, row + runs_.row, 0.0f);
      }
    });
  }

 private:
  Runs runs_;
};

// Axis `axis` of `shape` is `extent` long, the others are as in input 0.
void expect_axis(const OpSpec& spec, std::size_t axis, std::int64_t extent) {
  expect_outputs(spec, 1);
  const Shape& from = spec.inputs[0].shape;
  const Shape& to = spec.outputs[0].shape;
  bool agrees = to.rank() == from.rank();
  for (std::size_t a = 0; agrees && a < from.rank(); ++a) {
    agrees = to[a] == (a == axis ? extent : from[a]);
  }
  require(agrees, ErrorKind::kShape, spec.op, ": ", from, " with ", extent, " at axis ", axis,
          " is expected, the node says ", to);
}

}  // namespace

std::optional<std::string> refuse_slice(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  expect_four_bytes(spec);
  expect_default(spec, "step", 1);
  const std::size_t axis = axis_of(spec);
  const std::int64_t start = spec.attributes.get_int("start");
  const std::int64_t stop = spec.attributes.get_int("stop");
  const std::int64_t extent = spec.inputs[0].shape[axis];
  require(0 <= start && start <= stop && stop <= extent, ErrorKind::kValue, spec.op, ": ", start,
          " to ", stop, " is not within axis ", axis, ", which has ", extent);
  expect_axis(spec, axis, stop - start);
  return std::nullopt;
}

std::unique_ptr<Operator> make_slice(const OpSpec& spec) { return std::make_unique<Slice>(spec); }

std::optional<std::string> refuse_slice_backward(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  const std::size_t axis = axis_of(spec);
  const std::int64_t start = spec.attributes.get_int("start");
  const std::int64_t size = spec.attributes.get_int("size");
  const std::int64_t extent = spec.inputs[0].shape[axis];
  require(0 <= start && start + extent <= size, ErrorKind::kValue, spec.op, ": ", extent, " from ",
          start, " on is not within size ", size, " of axis ", axis);
  expect_axis(spec, axis, size);
  return std::nullopt;
}

std::unique_ptr<Operator> make_slice_backward(const OpSpec& spec) {
  return std::make_unique<SliceBackward>(spec);
}

}  // namespace fastcnn::ops
