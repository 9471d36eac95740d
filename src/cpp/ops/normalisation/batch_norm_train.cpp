#include <cmath>
#include <cstdint>

#include "cpu/cache.h"
#include "ops/activation.h"
#include "ops/normalisation/channel_parameters.h"
#include "ops/normalisation/channel_pass.h"
#include "ops/normalisation/normalisation_checks.h"

namespace fastcnn::ops {
namespace {

using kernels::BatchNormKind;

// Batch normalisation by the statistics of this batch. Two passes over x: its moments about a
// number near the mean, and the clamped result, to which a residual may be added before; three
// where the first chunk's mean was not near it. Groups of channels go through both passes before
// the next, as many as the caches hold.
class BatchNormTrainOperator final : public Operator {
 public:
  explicit BatchNormTrainOperator(const OpSpec& spec)
      : view_(spec.inputs[0].shape),
        residual_(spec.inputs.size() == 4),
        sum_(view_, BatchNormKind::kSum),
        moments_(view_, BatchNormKind::kMoments),
        deviation_(view_, BatchNormKind::kDeviation),
        normalize_(view_, residual_ ? BatchNormKind::kNormalizeAdd : BatchNormKind::kNormalize),
        epsilon_(spec.attributes.get_float("epsilon")),
        clamp_(activation_of(spec)),
        streams_(cpu::writes_past_caches() && view_.layout() == Layout::kBlocked && is_large()) {
    kernel = normalize_.kernel();
    flops = (residual_ ? 8.0 : 7.0) * static_cast<double>(spec.inputs[0].shape.count());
    input_layouts = {view_.layout(), Layout::kPlain, Layout::kPlain};
    output_layouts.assign(4, Layout::kPlain);
    output_layouts[0] = view_.layout();
    in_place = {{0, 0}};
    if (residual_) {
      input_layouts.push_back(view_.layout());
      in_place.push_back({0, 3});
    }
  }

  std::size_t scratch_bytes(std::size_t) const override {
    return (ChannelPass::partial_count(view_, 2) + ChannelParameters::count(view_, 3)) *
           sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const float* gamma = args.src(1);
    const float* beta = args.src(2);
    const float* inv_std = args.dst(3);
    float* partial = static_cast<float*>(args.scratch);
    const ChannelParameters parameters(view_, partial + ChannelPass::partial_count(view_, 2));

    kernels::BatchNormRows rows = {};
    rows.src = args.src(0);
    sum_.run_first(args.parallel, rows, partial);
    rows.mean = parameters.fill(
        0, [&](std::int64_t c) { return static_cast<float>(sum_.first_mean(partial, c)); });
    rows.dst = args.dst(0);
    if (residual_) rows.residual = args.src(3);
    rows.low = clamp_.low;
    rows.high = clamp_.high;
    rows.stream = may_stream(args);
    view_.for_each_slab(args.parallel.threads, 1, [&](const Groups& groups) {
      find_statistics(args, groups, rows, partial, parameters);
      rows.scale =
          parameters.fill(1, groups, [&](std::int64_t c) { return gamma[c] * inv_std[c]; });
      rows.shift = parameters.fill(2, groups, [&](std::int64_t c) { return beta[c]; });
      normalize_.run(args.parallel, rows, nullptr, groups, Order::kBackwards);
    });
  }

 private:
  using Groups = ChannelView::Groups;
  using Order = ChannelPass::Order;

  // Whether this y takes half a second cache or more: it would drive x out.
  bool is_large() const {
    const auto values = static_cast<std::size_t>(view_.values_per_channel() * view_.channels());
    return values * sizeof(float) >= cpu::cache_sizes().l2 / 2;
  }

  bool may_stream(const RunArgs& args) const {
    const float* y = args.dst(0);
    const bool writes_over = y == args.src(0) || (residual_ && y == args.src(3));
    const std::size_t past = reinterpret_cast<std::uintptr_t>(y) % (view_.lanes() * sizeof(float));
    return streams_ && !writes_over && past == 0;
  }

  // Mean, variance and inv_std. `rows.mean`, a number near each mean, becomes the mean.
  void find_statistics(const RunArgs& args, const Groups& groups,
                       const kernels::BatchNormRows& rows, float* partial,
                       const ChannelParameters& parameters) const {
    float* mean = args.dst(1);
    float* variance = args.dst(2);
    float* inv_std = args.dst(3);
    const auto values = static_cast<double>(view_.values_per_channel());
    const auto set_spread = [&](std::int64_t c, double spread) {
      variance[c] = static_cast<float>(spread);
      inv_std[c] = static_cast<float>(1.0 / std::sqrt(spread + epsilon_));
    };

    constexpr float kFar = -1;  // in place of a variance
    bool all_near = true;
    moments_.run(args.parallel, rows, partial, groups, Order::kForwards);
    view_.for_each_channel(groups, [&](std::int64_t c) {
      const double away = moments_.total(partial, 0, c) / values;
      const double spread = moments_.total(partial, 1, c) / values - away * away;
      mean[c] = static_cast<float>(rows.mean[view_.first_lane(c)] + away);
      set_spread(c, spread);
      if (away * away > spread && away != 0) {
        variance[c] = kFar;
        all_near = false;
      }
    });
    parameters.fill(0, groups, [&](std::int64_t c) { return mean[c]; });
    if (all_near) return;

    deviation_.run(args.parallel, rows, partial, groups, Order::kForwards);
    view_.for_each_channel(groups, [&](std::int64_t c) {
      if (variance[c] == kFar) set_spread(c, deviation_.total(partial, 0, c) / values);
    });
  }

  ChannelView view_;
  bool residual_;
  ChannelPass sum_;
  ChannelPass moments_;
  ChannelPass deviation_;
  ChannelPass normalize_;
  double epsilon_;
  Clamp clamp_;
  bool streams_;
};

}  // namespace

std::optional<std::string> refuse_batch_norm_train_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_batch_norm_train_rows(const OpSpec& spec) {
  expect_batch_norm_train(spec);
  return std::make_unique<BatchNormTrainOperator>(spec);
}

}  // namespace fastcnn::ops
