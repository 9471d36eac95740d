#include <memory>
#include <optional>
#include <string>

#include "ops/convolution/conv2d_direct.h"
#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {
namespace {

class Conv2d final : public Conv2dNode, public Banded {
 public:
  Conv2d(const OpSpec& spec, Layout x_layout)
      : Conv2dNode(spec, x_layout, Layout::kBlocked),
        shape_(parse_conv2d(spec)),
        plan_(std::make_shared<Conv2dDirectPlan>(forward_view(shape_), x_layout)) {
    kernel = plan_->kernel_name();
    flops = plan_->flops();
    packings = {Conv2dDirectPlan::packing(plan_, 1)};
    if (!plan_->dst_may_be_residual()) in_place.clear();
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_->scratch_bytes(threads);
  }

  void run(const RunArgs& args) const override {
    plan_->run(operands(args), args.scratch, args.parallel);
  }

  const Conv2dShape& shape() const override { return shape_; }
  const Clamp& clamp() const override { return clamp_; }
  std::unique_ptr<const ConvBand> make_band(const Conv2dShape& band,
                                            BandPlanes planes) const override {
    return std::make_unique<PlannedBand<Conv2dDirectPlan>>(
        std::make_unique<const Conv2dDirectPlan>(forward_view(band), input_layouts[0], planes));
  }

 private:
  Conv2dShape shape_;
  std::shared_ptr<const Conv2dDirectPlan> plan_;
};

}  // namespace

// Few channels in the plain layout: a tap of one channel wastes no lanes, a block would.
std::optional<std::string> refuse_conv2d_direct_plain(const OpSpec& spec) {
  const Conv2dShape shape = parse_conv2d(spec);
  const auto block = static_cast<std::int64_t>(cpu::block());
  if (spec.inputs[0].layout != Layout::kPlain) return "x is blocked";
  if (2 * shape.ic > block) {
    return join(shape.ic, " input channels are over half a block of ", block);
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_direct_plain(const OpSpec& spec) {
  return std::make_unique<Conv2d>(spec, Layout::kPlain);
}

std::optional<std::string> refuse_conv2d_direct(const OpSpec& spec) {
  parse_conv2d(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_conv2d_direct(const OpSpec& spec) {
  return std::make_unique<Conv2d>(spec, Layout::kBlocked);
}

}  // namespace fastcnn::ops
