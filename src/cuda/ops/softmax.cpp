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
  SoftmaxOperator(const Shape& shape, std::int64_t channels, Layout layout, bool backward)
      : rows_(channels == 0 ? 0 : shape.count() / channels),
        channels_(narrow(channels)),
        backward_(backward) {
    kernel = backward ? "softmax_backward_f32_rows" : "softmax_f32_rows";
    flops = (backward ? 4 : kFlops) * static_cast<double>(shape.count());
    input_layouts.assign(backward ? 2 : 1, layout);
    output_layouts = {layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (rows_ == 0) return;
    if (backward_) {
      softmax_backward({args.src(0), args.src(1), args.dst(0), rows_, channels_}, args.stream);
    } else {
      softmax({args.src(0), args.dst(0), rows_, channels_}, args.stream);
    }
  }

 private:
  std::int64_t rows_;
  std::int32_t channels_;
  bool backward_;
};

bool over_channels(const Shape& shape, std::size_t axis) { return shape.rank() == 4 && axis == 1; }

std::optional<std::string> refuse_axis(const ops::OpSpec& spec, std::size_t inputs) {
  spec.expect_inputs(inputs, inputs);
  const Shape& shape = spec.inputs[0].shape;
  const std::size_t axis = ops::axis_of(spec, 1);
  if (axis + 1 != shape.rank() && !over_channels(shape, axis)) {
    return join("axis ", axis, " of ", shape, " is neither the last nor that of the channels");
  }
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_softmax(const ops::OpSpec& spec, std::size_t inputs) {
  ops::expect_float_inputs(spec, inputs);
  ops::expect_outputs(spec, 1);
  const Shape& shape = spec.inputs[0].shape;
  for (std::size_t i = 1; i < inputs; ++i) ops::expect_shape(spec, i, shape);
  ops::expect_output(spec, 0, shape);
  const std::size_t axis = ops::axis_of(spec, 1);
  const Layout layout = over_channels(shape, axis) ? Layout::kNhwc : Layout::kPlain;
  return std::make_unique<SoftmaxOperator>(shape, shape[axis], layout, inputs == 2);
}

}  // namespace

std::optional<std::string> refuse_softmax_rows(const ops::OpSpec& spec) {
  return refuse_axis(spec, 1);
}

std::unique_ptr<Operator> make_softmax_rows(const ops::OpSpec& spec, const Layouts&) {
  return make_softmax(spec, 1);
}

std::optional<std::string> refuse_softmax_backward_rows(const ops::OpSpec& spec) {
  return refuse_axis(spec, 2);
}

std::unique_ptr<Operator> make_softmax_backward_rows(const ops::OpSpec& spec, const Layouts&) {
  return make_softmax(spec, 2);
}

}  // namespace fastcnn::cuda
