#include "ops/normalisation/channel_pass.h"
#include "ops/normalisation/normalisation_checks.h"

namespace fastcnn::ops {
namespace {

// y[c] = sum of x over every axis but axis 1.
class ChannelSumOperator final : public Operator {
 public:
  explicit ChannelSumOperator(const Shape& shape)
      : view_(shape), sum_(view_, kernels::BatchNormKind::kSum) {
    kernel = sum_.kernel();
    flops = static_cast<double>(shape.count());
    input_layouts = {view_.layout()};
    output_layouts = {Layout::kPlain};
  }

  std::size_t scratch_bytes(std::size_t) const override {
    return ChannelPass::partial_count(view_, 1) * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    float* partial = static_cast<float*>(args.scratch);
    kernels::BatchNormRows x = {};
    x.src = args.src(0);
    sum_.run(args.parallel, x, partial);
    for (std::int64_t c = 0; c < view_.channels(); ++c) {
      args.dst(0)[c] = static_cast<float>(sum_.total(partial, 0, c));
    }
  }

 private:
  ChannelView view_;
  ChannelPass sum_;
};

}  // namespace

std::optional<std::string> refuse_channel_sum_rows(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_channel_sum_rows(const OpSpec& spec) {
  expect_channel_sum(spec);
  return std::make_unique<ChannelSumOperator>(spec.inputs[0].shape);
}

}  // namespace fastcnn::ops
