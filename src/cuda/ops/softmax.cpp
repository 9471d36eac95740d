#include "cuda/kernels/softmax/softmax.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/stored_shape.h"

// softmax, log_softmax and their gradients: the channels of images NHWC, any other axis of plain
// tensors.
namespace fastcnn::cuda {
namespace {

constexpr double kFlops = 25;  // an element, 22 of them for exp

bool over_channels(const Shape& shape, std::size_t axis) { return shape.rank() == 4 && axis == 1; }

class SoftmaxOperator final : public Operator {
 public:
  SoftmaxOperator(const ops::OpSpec& spec, bool log, bool backward)
      : log_(log), backward_(backward) {
    const Shape& shape = spec.inputs[0].shape;
    const std::size_t axis = ops::axis_of(spec, 1);
    const Layout layout = over_channels(shape, axis) ? Layout::kNhwc : Layout::kPlain;
    channels_ = narrow(shape[axis]);
    inner_ =
        layout == Layout::kNhwc ? 1 : narrow(ops::extent_product(shape, axis + 1, shape.rank()));
    rows_ = shape.count() == 0 ? 0 : shape.count() / channels_ / inner_;
    kernel = join(log ? "log_softmax" : "softmax", backward ? "_backward" : "", "_f32_",
                  inner_ == 1 ? "rows" : "columns");
    flops = (backward && !log ? 4 : kFlops) * static_cast<double>(shape.count());
    input_layouts.assign(backward ? 2 : 1, layout);
    output_layouts = {layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (rows_ == 0) return;
    if (backward_) {
      (log_ ? log_softmax_backward : softmax_backward)(
          {args.src(0), args.src(1), args.dst(0), rows_, channels_, inner_}, args.stream);
    } else {
      (log_ ? log_softmax : softmax)({args.src(0), args.dst(0), rows_, channels_, inner_},
                                     args.stream);
    }
  }

 private:
  std::int64_t rows_;
  std::int32_t channels_;
  std::int32_t inner_;
  bool log_;
  bool backward_;
};

std::optional<std::string> refuse_softmax_of(const ops::OpSpec& spec, std::size_t inputs) {
  spec.expect_inputs(inputs, inputs);
  ops::expect_outputs(spec, 1);
  if (const auto why = refuse_types_and_sizes(spec)) return why;
  const Shape& shape = spec.inputs[0].shape;
  for (std::size_t i = 1; i < inputs; ++i) ops::expect_shape(spec, i, shape);
  ops::expect_output(spec, 0, shape);
  ops::axis_of(spec, 1);
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_softmax(const ops::OpSpec& spec) {
  return refuse_softmax_of(spec, 1);
}

std::unique_ptr<Operator> make_softmax(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<SoftmaxOperator>(spec, spec.op == "log_softmax", false);
}

std::optional<std::string> refuse_softmax_backward(const ops::OpSpec& spec) {
  return refuse_softmax_of(spec, 2);
}

std::unique_ptr<Operator> make_softmax_backward(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<SoftmaxOperator>(spec, spec.op == "log_softmax_backward", true);
}

}  // namespace fastcnn::cuda
