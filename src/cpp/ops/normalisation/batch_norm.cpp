#include "kernels/batch_norm/batch_norm.h"

#include <cmath>
#include <vector>

#include "ops/activation.h"
#include "ops/normalisation/channel_parameters.h"
#include "ops/normalisation/channel_pass.h"
#include "ops/normalisation/normalisation_checks.h"

namespace fastcnn::ops {
namespace {

// y = clamp(gamma (x - mean) / sqrt(variance + epsilon) + beta), with given statistics: where those
// are constants, what each lane is given is computed once.
class BatchNormOperator final : public Operator {
 public:
  explicit BatchNormOperator(const OpSpec& spec)
      : view_(spec.inputs[0].shape),
        normalize_(view_, kernels::BatchNormKind::kNormalize),
        epsilon_(spec.attributes.get_float("epsilon")),
        clamp_(activation_of(spec)) {
    kernel = normalize_.kernel();
    flops = 3.0 * static_cast<double>(spec.inputs[0].shape.count());
    input_layouts.assign(5, Layout::kPlain);
    input_layouts[0] = view_.layout();
    output_layouts = {view_.layout()};
    in_place = {{0, 0}};
    if (spec.constant(1) && spec.constant(2) && spec.constant(3) && spec.constant(4)) {
      known_.resize(ChannelParameters::count(view_, 3));
      known_rows_ = rows_of(spec.constants.data(), known_.data());
    }
  }

  std::size_t scratch_bytes(std::size_t) const override {
    return known_.empty() ? ChannelParameters::count(view_, 3) * sizeof(float) : 0;
  }

  void run(const RunArgs& args) const override {
    kernels::BatchNormRows rows =
        known_.empty() ? rows_of(args.inputs, static_cast<float*>(args.scratch)) : known_rows_;
    rows.src = args.src(0);
    rows.dst = args.dst(0);
    normalize_.run(args.parallel, rows);
  }

 private:
  // What the kernel needs beside the tensors, its arrays in `memory`.
  kernels::BatchNormRows rows_of(const void* const* inputs, float* memory) const {
    const auto* gamma = static_cast<const float*>(inputs[1]);
    const auto* beta = static_cast<const float*>(inputs[2]);
    const auto* mean = static_cast<const float*>(inputs[3]);
    const auto* variance = static_cast<const float*>(inputs[4]);
    const ChannelParameters parameters(view_, memory);
    kernels::BatchNormRows rows = {};
    rows.mean = parameters.fill(0, [&](std::int64_t c) { return mean[c]; });
    rows.scale = parameters.fill(1, [&](std::int64_t c) {
      return static_cast<float>(gamma[c] / std::sqrt(variance[c] + epsilon_));
    });
    rows.shift = parameters.fill(2, [&](std::int64_t c) { return beta[c]; });
    rows.low = clamp_.low;
    rows.high = clamp_.high;
    return rows;
  }

  ChannelView view_;
  ChannelPass normalize_;
  double epsilon_;
  Clamp clamp_;
  std::vector<float> known_;
  kernels::BatchNormRows known_rows_ = {};
};

}  // namespace

std::optional<std::string> refuse_batch_norm_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_batch_norm_rows(const OpSpec& spec) {
  expect_batch_norm(spec);
  return std::make_unique<BatchNormOperator>(spec);
}

}  // namespace fastcnn::ops
