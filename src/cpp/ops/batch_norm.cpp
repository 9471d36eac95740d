#include "kernels/batch_norm/batch_norm.h"

#include <cmath>

#include "ops/channel_parameters.h"
#include "ops/channel_pass.h"
#include "ops/checks.h"

namespace fastcnn::ops {
namespace {

// y = gamma (x - mean) / sqrt(variance + epsilon) + beta, with given statistics.
class BatchNormOperator final : public Operator {
 public:
  BatchNormOperator(const Shape& shape, double epsilon)
      : view_(shape), normalize_(view_, kernels::BatchNormKind::kNormalize), epsilon_(epsilon) {
    kernel = normalize_.kernel();
    flops = 3.0 * static_cast<double>(shape.count());
    input_layouts.assign(5, Layout::kPlain);
    input_layouts[0] = view_.layout();
    output_layouts = {view_.layout()};
    in_place = {{0, 0}};
  }

  std::size_t scratch_bytes(std::size_t) const override {
    return ChannelParameters::count(view_, 3) * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const float* gamma = args.src(1);
    const float* beta = args.src(2);
    const float* mean = args.src(3);
    const float* variance = args.src(4);
    const ChannelParameters parameters(view_, static_cast<float*>(args.scratch));
    kernels::BatchNormRows rows = {};
    rows.src = args.src(0);
    rows.dst = args.dst(0);
    rows.mean = parameters.fill(0, [&](std::int64_t c) { return mean[c]; });
    rows.scale = parameters.fill(1, [&](std::int64_t c) {
      return static_cast<float>(gamma[c] / std::sqrt(variance[c] + epsilon_));
    });
    rows.shift = parameters.fill(2, [&](std::int64_t c) { return beta[c]; });
    normalize_.run(args.parallel, rows);
  }

 private:
  ChannelView view_;
  ChannelPass normalize_;
  double epsilon_;
};

}  // namespace

std::optional<std::string> refuse_batch_norm_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_batch_norm_rows(const OpSpec& spec) {
  expect_float_inputs(spec, 5);
  expect_outputs(spec, 1);
  expect_rank_at_least(spec, 0, 2);
  const Shape& x = spec.inputs[0].shape;
  for (std::size_t i = 1; i < 5; ++i) expect_shape(spec, i, {x[1]});
  expect_output(spec, 0, x);
  return std::make_unique<BatchNormOperator>(x, spec.attributes.get_float("epsilon"));
}

}  // namespace fastcnn::ops
