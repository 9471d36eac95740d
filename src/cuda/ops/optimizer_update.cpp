#include "cuda/kernels/optimizer_update/optimizer_update.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/training/optimizer_rules.h"

// The update operations. The step is read on the host, where the CPU's rules make of it what a
// kernel is told, and the learning rate, to which all of that is proportional, on the device.
namespace fastcnn::cuda {
namespace {

OptimizerKind device_kind(kernels::OptimizerKind kind) {
  using Host = kernels::OptimizerKind;
  switch (kind) {
    case Host::kSgd:
      return OptimizerKind::kSgd;
    case Host::kNesterov:
      return OptimizerKind::kNesterov;
    case Host::kAdagrad:
      return OptimizerKind::kAdagrad;
    case Host::kAdadelta:
      return OptimizerKind::kAdadelta;
    case Host::kRmsprop:
      return OptimizerKind::kRmsprop;
    case Host::kAdamax:
      return OptimizerKind::kAdamax;
    case Host::kLion:
      return OptimizerKind::kLion;
    case Host::kAdam:
      return OptimizerKind::kAdam;
    case Host::kNadam:
      return OptimizerKind::kNadam;
    case Host::kRadam:
      return OptimizerKind::kRadam;
    case Host::kDirection:
      break;
  }
  return OptimizerKind::kDirection;
}

class OptimizerUpdateOperator final : public Operator {
 public:
  explicit OptimizerUpdateOperator(const ops::OpSpec& spec)
      : node_(spec), kind_(device_kind(node_.kind())), size_(spec.inputs[0].shape.count()) {
    kernel = "optimizer_update_f32";
    flops = node_.rule().flops * static_cast<double>(size_);
    input_layouts.assign(spec.inputs.size(), Layout::kHost);
    for (std::size_t i = 0; i <= node_.lr_input(); ++i) input_layouts[i] = Layout::kPlain;
    output_layouts.assign(spec.outputs.size(), Layout::kPlain);
    in_place = {{0, 0}};
    for (std::size_t k = 0; k < node_.states(); ++k) in_place.push_back({1 + k, 2 + k});
  }

  void enqueue(const RunArgs& args) const override {
    const void* const step = node_.rule().takes_step ? args.inputs[node_.step_input()] : nullptr;
    const kernels::OptimizerUpdate told = node_.at(1.0f, static_cast<const std::int32_t*>(step));
    if (size_ == 0) return;
    OptimizerUpdate update = {};
    update.w = args.src(0);
    update.rate = args.src(node_.lr_input());
    update.g = args.src(1);
    update.new_w = args.dst(0);
    for (std::size_t k = 0; k < node_.states(); ++k) {
      update.state[k] = args.src(2 + k);
      update.new_state[k] = args.dst(1 + k);
    }
    update.size = size_;
    update.hold_zeros = told.hold_zeros;
    update.l1 = told.l1, update.l2 = told.l2;
    update.momentum = told.momentum;
    for (std::size_t k = 0; k < 2; ++k) {
      update.lr[k] = told.lr[k], update.keep[k] = told.keep[k], update.add[k] = told.add[k];
    }
    update.epsilon = told.epsilon;
    update.decay = told.decay;
    optimizer_update(kind_, update, args.stream);
  }

 private:
  ops::OptimizerNode node_;
  OptimizerKind kind_;
  std::int64_t size_;
};

}  // namespace

std::optional<std::string> refuse_optimizer_update(const ops::OpSpec& spec) {
  const ops::OptimizerNode checked(spec);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_optimizer_update(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<OptimizerUpdateOperator>(spec);
}

}  // namespace fastcnn::cuda
