#include "ops/elementwise/dropout_train.h"

#include <algorithm>

#include "kernels/dropout/dropout.h"
#include "ops/operator.h"
#include "ops/split.h"

// dropout_train: drops elements at random by their index in the plain layout, so plain it runs.
namespace fastcnn::ops {
namespace {

class DropoutTrain final : public Operator {
 public:
  explicit DropoutTrain(const OpSpec& spec)
      : kernel_(kernels::select_dropout()), count_(spec.inputs[0].shape.count()) {
    const DropoutNumbers numbers = parse_dropout_train(spec);
    constants_.seed = numbers.seed;
    constants_.threshold = numbers.threshold;
    constants_.scale = numbers.scale;

    kernel = kernel_.name;
    input_layouts = {Layout::kPlain, Layout::kPlain};
    output_layouts = {Layout::kPlain};
    in_place = {{0, 0}};
    flops = static_cast<double>(count_);
  }

  void run(const RunArgs& args) const override {
    constexpr std::int64_t kStep = 64;      // elements: a multiple of any one draw
    constexpr double kCostPerElement = 20;  // integer operations of Philox
    const Split split(divide_up(count_, kStep), kStep * kCostPerElement);

    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t first = begin * kStep;
      kernels::Dropout part = constants_;
      part.count = static_cast<std::size_t>(std::min(count_, end * kStep) - first);
      part.first = static_cast<std::uint64_t>(first);
      part.src = args.src(0) + first;
      part.dst = args.dst(0) + first;
      part.step = static_cast<std::uint32_t>(*static_cast<const std::int32_t*>(args.inputs[1]));
      kernel_.run(part);
    });
  }

 private:
  const kernels::DropoutKernel& kernel_;
  std::int64_t count_;
  kernels::Dropout constants_{};
};

}  // namespace

std::optional<std::string> refuse_dropout_train(const OpSpec& spec) {
  parse_dropout_train(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_dropout_train(const OpSpec& spec) {
  return std::make_unique<DropoutTrain>(spec);
}

}  // namespace fastcnn::ops
