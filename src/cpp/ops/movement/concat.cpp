#include "ops/movement/concat.h"

#include <algorithm>

#include "ops/operator.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// concat: inputs one after the other along an axis. Blocked where an input is, unless channels
// would have to move between blocks.
namespace fastcnn::ops {
namespace {

bool runs_blocked(const OpSpec& spec, std::size_t axis) {
  const bool any = std::any_of(spec.inputs.begin(), spec.inputs.end(), [](const TensorDesc& input) {
    return input.layout == Layout::kBlocked;
  });
  if (!any || axis != 1) return any;
  std::vector<std::int64_t> channels;
  for (const TensorDesc& input : spec.inputs) channels.push_back(input.shape[1]);
  return whole_blocks(channels);
}

class Concat final : public Operator {
 public:
  explicit Concat(const OpSpec& spec) {
    const std::size_t axis = axis_of(spec);
    const Layout layout = runs_blocked(spec, axis) ? Layout::kBlocked : Layout::kPlain;
    kernel = "memcpy";
    input_layouts.assign(spec.inputs.size(), layout);
    output_layouts = {layout};

    const Shape out = stored_shape(spec.outputs[0].shape, layout);
    const auto element = static_cast<std::int64_t>(size_of(spec.inputs[0].dtype));
    outer_ = extent_product(out, 0, axis);
    row_ = extent_product(out, axis, out.rank()) * element;
    for (const TensorDesc& input : spec.inputs) {
      const Shape stored = stored_shape(input.shape, layout);
      runs_.push_back(extent_product(stored, axis, stored.rank()) * element);
    }
    if (outer_ == 1) find_parts();
  }

  void run(const RunArgs& args) const override {
    const Split split(outer_, 2.0 * static_cast<double>(row_));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        char* dst = static_cast<char*>(args.outputs[0]) + i * row_;
        for (std::size_t k = 0; k < runs_.size(); ++k) {
          const char* src = static_cast<const char*>(args.inputs[k]) + i * runs_[k];
          if (src != dst) copy_bytes(src, dst, runs_[k]);
          dst += runs_[k];
        }
      }
    });
  }

 private:
  void find_parts() {
    std::size_t offset = 0;
    for (const std::int64_t run : runs_) {
      if (offset % (cpu::block() * sizeof(float)) != 0) return part_offsets.clear();
      part_offsets.push_back(offset);
      offset += static_cast<std::size_t>(run);
    }
  }

  std::int64_t outer_;
  std::int64_t row_;                // bytes of the output for one outer index
  std::vector<std::int64_t> runs_;  // and of each input
};

}  // namespace

std::optional<std::string> refuse_concat(const OpSpec& spec) {
  expect_concat(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_concat(const OpSpec& spec) { return std::make_unique<Concat>(spec); }

}  // namespace fastcnn::ops
