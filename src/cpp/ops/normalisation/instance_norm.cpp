#include "kernels/instance_norm/instance_norm.h"

#include <algorithm>

#include "cpu/isa.h"
#include "ops/checks.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// Planes, of one sample and one block of channels, are shared out.
class InstanceNormOp final : public Operator {
 public:
  explicit InstanceNormOp(const OpSpec& spec)
      : kernel_(kernels::select_instance_norm()),
        lanes_(static_cast<std::int64_t>(cpu::block())),
        channels_(spec.inputs[0].shape[1]),
        blocks_(divide_up(channels_, lanes_)),
        samples_(spec.inputs[0].shape[0]),
        pixels_(spec.inputs[0].shape[2] * spec.inputs[0].shape[3]),
        epsilon_(static_cast<float>(spec.attributes.get_float("epsilon"))) {
    kernel = kernel_.name;
    input_layouts = {Layout::kBlocked, Layout::kPlain, Layout::kPlain};
    output_layouts = {Layout::kBlocked};
    in_place = {{0, 0}};
    flops = 7.0 * static_cast<double>(spec.inputs[0].shape.count());
  }

  void run(const RunArgs& args) const override {
    const std::int64_t plane = pixels_ * lanes_;
    const Split split(samples_ * blocks_, 3.0 * sizeof(float) * static_cast<double>(plane));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const std::int64_t channel = i % blocks_ * lanes_;
        kernel_.run({static_cast<std::size_t>(pixels_),
                     static_cast<std::size_t>(std::min(lanes_, channels_ - channel)),
                     args.src(0) + i * plane, args.src(1) + channel, args.src(2) + channel,
                     epsilon_, args.dst(0) + i * plane});
      }
    });
  }

 private:
  const kernels::InstanceNormKernel& kernel_;
  std::int64_t lanes_;
  std::int64_t channels_;
  std::int64_t blocks_;
  std::int64_t samples_;
  std::int64_t pixels_;
  float epsilon_;
};

}  // namespace

std::optional<std::string> refuse_instance_norm_nchwc(const OpSpec& spec) {
  spec.expect_inputs(3, 3);
  expect_outputs(spec, 1);
  if (const auto other = refuse_types_but_float(spec)) return other;
  const Shape& x = spec.inputs[0].shape;
  if (x.rank() != 4) return join("rank ", x.rank(), " has no blocked layout");
  expect_shape(spec, 1, {x[1]});
  expect_shape(spec, 2, {x[1]});
  expect_output(spec, 0, x);
  return std::nullopt;
}

std::unique_ptr<Operator> make_instance_norm_nchwc(const OpSpec& spec) {
  return std::make_unique<InstanceNormOp>(spec);
}

}  // namespace fastcnn::ops
