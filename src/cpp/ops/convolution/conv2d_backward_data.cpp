#include <memory>
#include <optional>
#include <string>

#include "ops/convolution/conv2d_direct.h"
#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {
namespace {

// The third input.
enum class Third { kNone, kBias, kResidual };

// conv2d_backward_data and conv2d_transpose: the convolution of the first input with w transposed,
// one phase for each place of a stride. conv2d_backward_data may have a residual, conv2d_transpose
// has a bias and an activation.
class Conv2dBackwardData final : public Operator {
 public:
  Conv2dBackwardData(const OpSpec& spec, const Conv2dShape& shape, Third third)
      : clamp_(activation_of(spec)),
        plan_(std::make_shared<Conv2dDirectPlan>(backward_data_view(shape), Layout::kBlocked)),
        third_(third) {
    kernel = plan_->kernel_name();
    flops = plan_->flops();
    input_layouts.assign(spec.inputs.size(), Layout::kPlain);
    input_layouts[0] = Layout::kBlocked;
    if (third_ == Third::kResidual) {
      input_layouts[2] = Layout::kBlocked;
      if (plan_->dst_may_be_residual()) in_place = {{0, 2}};
    }
    output_layouts = {Layout::kBlocked};
    packings = {Conv2dDirectPlan::packing(plan_, 1)};
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_->scratch_bytes(threads);
  }

  void run(const RunArgs& args) const override {
    plan_->run({args.src(0), static_cast<const float*>(args.packed[0]),
                third_ == Third::kBias ? args.src(2) : nullptr,
                third_ == Third::kResidual ? args.src(2) : nullptr, args.dst(0), clamp_},
               args.scratch, args.parallel);
  }

 private:
  Clamp clamp_;
  std::shared_ptr<const Conv2dDirectPlan> plan_;
  Third third_;
};

}  // namespace

std::optional<std::string> refuse_conv2d_backward_data_direct(const OpSpec& spec) {
  parse_conv2d_backward_data(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_backward_data_direct(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardData>(
      spec, parse_conv2d_backward_data(spec),
      spec.inputs.size() == 3 ? Third::kResidual : Third::kNone);
}

std::optional<std::string> refuse_conv2d_transpose_direct(const OpSpec& spec) {
  parse_conv2d_transpose(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_transpose_direct(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardData>(spec, parse_conv2d_transpose(spec), Third::kBias);
}

}  // namespace fastcnn::ops
