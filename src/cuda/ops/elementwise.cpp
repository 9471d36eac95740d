#include "cuda/kernels/elementwise/elementwise.h"

#include <limits>

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/activation.h"

// Functions of one element, or of two tensors of one shape, in whatever layout they come.
namespace fastcnn::cuda {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

class ElementwiseOperator final : public Operator {
 public:
  ElementwiseOperator(Function function, std::size_t inputs, std::int64_t size, float low,
                      float high, Layout layout)
      : function_(function), inputs_(inputs), size_(size), low_(low), high_(high) {
    kernel = "elementwise_f32";
    flops = static_cast<double>(size);
    input_layouts.assign(inputs, layout);
    output_layouts = {layout};
  }

  void enqueue(const RunArgs& args) const override {
    if (size_ == 0) return;
    elementwise(
        function_,
        {args.src(0), inputs_ == 2 ? args.src(1) : nullptr, args.dst(0), size_, low_, high_},
        args.stream);
  }

 private:
  Function function_;
  std::size_t inputs_;
  std::int64_t size_;
  float low_;
  float high_;
};

std::unique_ptr<Operator> make_elementwise(const ops::OpSpec& spec, const Layouts& given,
                                           Function function, std::size_t inputs,
                                           float low = -kInfinity, float high = kInfinity) {
  ops::expect_float_inputs(spec, inputs);
  ops::expect_outputs(spec, 1);
  const Shape& shape = spec.inputs[0].shape;
  ops::expect_output(spec, 0, shape);
  bool nhwc = false;
  for (const Layout layout : given) nhwc = nhwc || layout == Layout::kNhwc;
  return std::make_unique<ElementwiseOperator>(function, inputs, shape.count(), low, high,
                                               nhwc ? Layout::kNhwc : Layout::kPlain);
}

float float_attribute(const ops::OpSpec& spec, const char* name) {
  return static_cast<float>(spec.attributes.get_float(name));
}

std::optional<std::string> refuse_two(const ops::OpSpec& spec) {
  spec.expect_inputs(2, 2);
  if (spec.inputs[0].shape != spec.inputs[1].shape) {
    return join("the shapes ", spec.inputs[0].shape, " and ", spec.inputs[1].shape, " differ");
  }
  return refuse_types_and_sizes(spec);
}

}  // namespace

std::optional<std::string> refuse_relu_same(const ops::OpSpec& spec) {
  return refuse_types_and_sizes(spec);
}
std::unique_ptr<Operator> make_relu_same(const ops::OpSpec& spec, const Layouts& given) {
  return make_elementwise(spec, given, Function::kClip, 1, 0.0f);
}

std::optional<std::string> refuse_clip_same(const ops::OpSpec& spec) {
  return refuse_types_and_sizes(spec);
}
std::unique_ptr<Operator> make_clip_same(const ops::OpSpec& spec, const Layouts& given) {
  return make_elementwise(spec, given, Function::kClip, 1, float_attribute(spec, "low"),
                          float_attribute(spec, "high"));
}

std::optional<std::string> refuse_sigmoid_same(const ops::OpSpec& spec) {
  return refuse_types_and_sizes(spec);
}
std::unique_ptr<Operator> make_sigmoid_same(const ops::OpSpec& spec, const Layouts& given) {
  return make_elementwise(spec, given, Function::kSigmoid, 1);
}

std::optional<std::string> refuse_tanh_same(const ops::OpSpec& spec) {
  return refuse_types_and_sizes(spec);
}
std::unique_ptr<Operator> make_tanh_same(const ops::OpSpec& spec, const Layouts& given) {
  return make_elementwise(spec, given, Function::kTanh, 1);
}

std::optional<std::string> refuse_leaky_relu_same(const ops::OpSpec& spec) {
  return refuse_types_and_sizes(spec);
}
std::unique_ptr<Operator> make_leaky_relu_same(const ops::OpSpec& spec, const Layouts& given) {
  return make_elementwise(spec, given, Function::kLeakyRelu, 1, float_attribute(spec, "alpha"));
}

std::optional<std::string> refuse_add_same(const ops::OpSpec& spec) { return refuse_two(spec); }
std::unique_ptr<Operator> make_add_same(const ops::OpSpec& spec, const Layouts& given) {
  const ops::Clamp clamp = ops::activation_of(spec);
  return make_elementwise(spec, given, Function::kAdd, 2, clamp.low, clamp.high);
}

std::optional<std::string> refuse_multiply_same(const ops::OpSpec& spec) {
  return refuse_two(spec);
}
std::unique_ptr<Operator> make_multiply_same(const ops::OpSpec& spec, const Layouts& given) {
  return make_elementwise(spec, given, Function::kMultiply, 2);
}

}  // namespace fastcnn::cuda
