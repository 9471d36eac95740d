#include "cuda/kernels/softmax/softmax.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/stored_shape.h"

namespace fastcnn::cuda {
namespace {

constexpr double kFlops = 25;  // an element, 22 of them for exp

// Over the innermost axis: the last of a plain tensor, the channels of an NHWC image.
class SoftmaxOperator final : public Operator {
 public:
  SoftmaxOperator(const Shape& shape, std::int64_t channels, Layout layout)
      : rows_(channels == 0 ? 0 : shape.count() / channels), channels_(narrow(channels)) {
    kernel = "softmax_f32_rows";
    flops = kFlops * static_cast<double>(shape.count());
    input_layouts = {layout};
    output_layouts = {layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (rows_ == 0) return;
    softmax({args.src(0), args.dst(0), rows_, channels_}, args.stream);
  }

 private:
  std::int64_t rows_;
  std::int32_t channels_;
};

bool over_channels(const Shape& shape, std::size_t axis) { return shape.rank() == 4 && axis == 1; }

}  // namespace

std::optional<std::string> refuse_softmax_rows(const ops::OpSpec& spec) {
  spec.expect_inputs(1, 1);
  const Shape& shape = spec.inputs[0].shape;
  const std::size_t axis = ops::axis_of(spec, 1);
  if (axis + 1 != shape.rank() && !over_channels(shape, axis)) {
    return join("axis ", axis, " of ", shape, " is neither the last nor that of the channels");
  }
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_softmax_rows(const ops::OpSpec& spec, const Layouts&) {
  ops::expect_float_inputs(spec, 1);
  ops::expect_outputs(spec, 1);
  const Shape& shape = spec.inputs[0].shape;
  ops::expect_output(spec, 0, shape);
  const std::size_t axis = ops::axis_of(spec, 1);
  return std::make_unique<SoftmaxOperator>(
      shape, shape[axis], over_channels(shape, axis) ? Layout::kNhwc : Layout::kPlain);
}

}  // namespace fastcnn::cuda
