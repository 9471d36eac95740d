#include <cmath>

#include "ops/activation.h"
#include "ops/normalisation/channel_parameters.h"
#include "ops/normalisation/channel_pass.h"
#include "ops/normalisation/normalisation_checks.h"

namespace fastcnn::ops {
namespace {

using kernels::BatchNormKind;

// Gradient of batch_norm_train; the formulas stand in kernels/batch_norm/README.md. Two passes: the
// sums over a channel, then grad_x. Where an activation was flat both find anew, from x.
class BatchNormBackwardOperator final : public Operator {
 public:
  explicit BatchNormBackwardOperator(const OpSpec& spec)
      : view_(spec.inputs[1].shape),
        masked_(has_activation(spec)),
        clamp_(activation_of(spec)),
        gradient_(view_, masked_ ? BatchNormKind::kMaskedGradient : BatchNormKind::kGradient),
        backward_(view_, masked_ ? BatchNormKind::kMaskedBackward : BatchNormKind::kBackward) {
    kernel = backward_.kernel();
    flops = (masked_ ? 17.0 : 9.0) * static_cast<double>(spec.inputs[1].shape.count());
    input_layouts.assign(spec.inputs.size(), Layout::kPlain);
    input_layouts[0] = input_layouts[1] = view_.layout();
    output_layouts.assign(3, Layout::kPlain);
    output_layouts[0] = view_.layout();
    in_place = {{0, 0}, {0, 1}};
  }

  std::size_t scratch_bytes(std::size_t) const override {
    return (ChannelPass::partial_count(view_, 2) +
            ChannelParameters::count(view_, masked_ ? 5 : 4)) *
           sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const float* gamma = args.src(2);
    const float* mean = args.src(3);
    const float* inv_std = args.src(4);
    float* grad_gamma = args.dst(1);
    float* grad_beta = args.dst(2);
    float* partial = static_cast<float*>(args.scratch);
    const ChannelParameters parameters(view_, partial + ChannelPass::partial_count(view_, 2));

    const auto scale = [&](std::int64_t c) { return static_cast<double>(gamma[c]) * inv_std[c]; };
    kernels::BatchNormRows rows = {};
    rows.grad_dst = args.src(0);
    rows.src = args.src(1);
    rows.mean = parameters.fill(0, [&](std::int64_t c) { return mean[c]; });
    rows.scale = parameters.fill(1, [&](std::int64_t c) { return static_cast<float>(scale(c)); });
    if (masked_) {
      const float* beta = args.src(5);
      rows.beta = parameters.fill(4, [&](std::int64_t c) { return beta[c]; });
      rows.low = clamp_.low;
      rows.high = last_below(clamp_.high);
    }
    rows.grad_src = args.dst(0);
    const double share = 1.0 / static_cast<double>(view_.values_per_channel());
    view_.for_each_slab(args.parallel.threads, 2, [&](const ChannelView::Groups& groups) {
      gradient_.run(args.parallel, rows, partial, groups, ChannelPass::Order::kForwards);
      view_.for_each_channel(groups, [&](std::int64_t c) {
        grad_beta[c] = static_cast<float>(gradient_.total(partial, 0, c));
        grad_gamma[c] = static_cast<float>(gradient_.total(partial, 1, c) * inv_std[c]);
      });
      rows.slope = parameters.fill(2, groups, [&](std::int64_t c) {
        return static_cast<float>(-scale(c) * inv_std[c] * grad_gamma[c] * share);
      });
      rows.shift = parameters.fill(3, groups, [&](std::int64_t c) {
        return static_cast<float>(-scale(c) * grad_beta[c] * share);
      });
      backward_.run(args.parallel, rows, nullptr, groups, ChannelPass::Order::kBackwards);
    });
  }

 private:
  // A rectifier is flat at its upper end, but nothing is flat that has no upper end.
  static float last_below(float high) {
    return std::isinf(high) ? high : std::nextafter(high, 0.0f);
  }

  ChannelView view_;
  bool masked_;
  Clamp clamp_;
  ChannelPass gradient_;
  ChannelPass backward_;
};

}  // namespace

std::optional<std::string> refuse_batch_norm_backward_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_batch_norm_backward_rows(const OpSpec& spec) {
  expect_batch_norm_backward(spec);
  return std::make_unique<BatchNormBackwardOperator>(spec);
}

}  // namespace fastcnn::ops
