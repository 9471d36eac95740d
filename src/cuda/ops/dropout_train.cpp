#include "ops/elementwise/dropout_train.h"

#include "cuda/kernels/dropout/dropout.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"

namespace fastcnn::cuda {
namespace {

// Which elements are dropped depends on their places in the plain layout, so plain it runs.
class DropoutTrainOperator final : public Operator {
 public:
  explicit DropoutTrainOperator(const ops::OpSpec& spec) : dropout_{} {
    const ops::DropoutNumbers numbers = ops::parse_dropout_train(spec);
    dropout_.size = spec.inputs[0].shape.count();
    dropout_.seed = numbers.seed;
    dropout_.threshold = numbers.threshold;
    dropout_.scale = numbers.scale;
    kernel = "dropout_f32";
    flops = static_cast<double>(dropout_.size);
    input_layouts = {Layout::kPlain, Layout::kHost};
    output_layouts = {Layout::kPlain};
  }

  void enqueue(const RunArgs& args) const override {
    if (dropout_.size == 0) return;
    Dropout arguments = dropout_;
    arguments.src = args.src(0);
    arguments.dst = args.dst(0);
    arguments.step = static_cast<std::uint32_t>(*static_cast<const std::int32_t*>(args.inputs[1]));
    dropout(arguments, args.stream);
  }

 private:
  Dropout dropout_;
};

}  // namespace

std::optional<std::string> refuse_dropout_train(const ops::OpSpec& spec) {
  ops::parse_dropout_train(spec);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_dropout_train(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<DropoutTrainOperator>(spec);
}

}  // namespace fastcnn::cuda
