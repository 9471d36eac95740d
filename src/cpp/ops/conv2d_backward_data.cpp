#include <memory>
#include <optional>
#include <string>

#include "ops/conv2d_direct.h"
#include "ops/conv2d_shape.h"

namespace fastcnn::ops {
namespace {

// grad_x: the convolution of grad_y with w transposed, one phase for each place of a stride.
class Conv2dBackwardData final : public Operator {
 public:
  explicit Conv2dBackwardData(const OpSpec& spec)
      : plan_(std::make_shared<Conv2dDirectPlan>(
            backward_data_view(parse_conv2d_backward_data(spec)), Layout::kBlocked)) {
    kernel = plan_->kernel_name();
    flops = plan_->flops();
    input_layouts = {Layout::kBlocked, Layout::kPlain};
    output_layouts = {Layout::kBlocked};
    packings = {Conv2dDirectPlan::packing(plan_, 1)};
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_->scratch_bytes(threads);
  }

  void run(const RunArgs& args) const override {
    plan_->run({args.src(0), static_cast<const float*>(args.packed[0]), nullptr, nullptr,
                args.dst(0), Clamp{}},
               args.scratch, args.parallel);
  }

 private:
  std::shared_ptr<const Conv2dDirectPlan> plan_;
};

}  // namespace

std::optional<std::string> refuse_conv2d_backward_data_direct(const OpSpec& spec) {
  parse_conv2d_backward_data(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_backward_data_direct(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardData>(spec);
}

}  // namespace fastcnn::ops
