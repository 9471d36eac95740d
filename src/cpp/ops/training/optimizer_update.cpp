#include "kernels/optimizer_update/optimizer_update.h"

#include <algorithm>

#include "ops/operator.h"
#include "ops/split.h"
#include "ops/training/optimizer_rules.h"

// The update operations. Everything is plain: weights have no blocked layout.
namespace fastcnn::ops {
namespace {

using kernels::OptimizerUpdate;

class OptimizerUpdateOp final : public Operator {
 public:
  explicit OptimizerUpdateOp(const OpSpec& spec)
      : node_(spec),
        kernel_(kernels::select_optimizer_update(node_.kind())),
        count_(spec.inputs[0].shape.count()) {
    kernel = kernel_.name;
    input_layouts.assign(spec.inputs.size(), Layout::kPlain);
    output_layouts.assign(spec.outputs.size(), Layout::kPlain);
    in_place = {{0, 0}};
    for (std::size_t k = 0; k < node_.states(); ++k) in_place.push_back({1 + k, 2 + k});
    flops = node_.rule().flops * static_cast<double>(count_);
  }

  void run(const RunArgs& args) const override {
    constexpr std::int64_t kStep = 16;  // weights: tasks begin at whole vectors of every ISA
    const double arrays = 3.0 + 2.0 * static_cast<double>(node_.states());
    const Split split(divide_up(count_, kStep), kStep * sizeof(float) * arrays);
    const OptimizerUpdate whole = update_of(args);

    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t first = begin * kStep;
      OptimizerUpdate part = whole;
      part.count = static_cast<std::size_t>(std::min(count_, end * kStep) - first);
      part.w = args.src(0) + first;
      part.g = args.src(1) + first;
      part.new_w = args.dst(0) + first;
      for (std::size_t k = 0; k < node_.states(); ++k) {
        part.state[k] = args.src(2 + k) + first;
        part.new_state[k] = args.dst(1 + k) + first;
      }
      kernel_.run(part);
    });
  }

 private:
  OptimizerUpdate update_of(const RunArgs& args) const {
    const void* const step = node_.rule().takes_step ? args.inputs[node_.step_input()] : nullptr;
    return node_.at(*args.src(node_.lr_input()), static_cast<const std::int32_t*>(step));
  }

  OptimizerNode node_;
  const kernels::OptimizerUpdateKernel& kernel_;
  std::int64_t count_;
};

}  // namespace

std::optional<std::string> refuse_optimizer_update(const OpSpec& spec) {
  const OptimizerNode checked(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_optimizer_update(const OpSpec& spec) {
  return std::make_unique<OptimizerUpdateOp>(spec);
}

}  // namespace fastcnn::ops
