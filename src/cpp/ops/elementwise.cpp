#include "kernels/elementwise/elementwise.h"

#include <algorithm>
#include <limits>

#include "cpu/isa.h"
#include "ops/activation.h"
#include "ops/checks.h"
#include "ops/operator.h"
#include "ops/split.h"

// The ops whose element i depends on element i of each input alone. They take any layout, blocked
// where one of the inputs is, and run over the stored elements as they lie.
namespace fastcnn::ops {
namespace {

using kernels::ElementwiseKind;

struct Parameters {
  float p = 0;
  float q = 0;
};

Parameters none(const OpSpec&) { return {}; }
Parameters above_zero(const OpSpec&) { return {0.0f, std::numeric_limits<float>::infinity()}; }
Parameters alpha(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("alpha"))};
}
Parameters factor(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("factor"))};
}
Parameters activation(const OpSpec& spec) {
  const Clamp clamp = activation_of(spec);
  return {clamp.low, clamp.high};
}
Parameters momentum(const OpSpec& spec) {
  const double old = spec.attributes.get_float("momentum");
  return {static_cast<float>(old), static_cast<float>(1.0 - old)};
}
Parameters low_and_high(const OpSpec& spec) {
  const double low = spec.attributes.get_float("low");
  const double high = spec.attributes.get_float("high");
  require(low <= high, ErrorKind::kValue, spec.op, ": low is ", low, ", over high, which is ",
          high);
  return {static_cast<float>(low), static_cast<float>(high)};
}

struct Function {
  const char* op;
  std::size_t inputs;
  ElementwiseKind kind;
  Parameters (*parameters)(const OpSpec&);
  double flops;  // an element, with the polynomials of simd/math.h
};

constexpr Function kFunctions[] = {
    {"relu", 1, ElementwiseKind::kClip, above_zero, 1},
    {"relu_backward", 2, ElementwiseKind::kReluBackward, none, 1},
    {"leaky_relu", 1, ElementwiseKind::kLeakyRelu, alpha, 2},
    {"leaky_relu_backward", 2, ElementwiseKind::kLeakyReluBackward, alpha, 2},
    {"clip", 1, ElementwiseKind::kClip, low_and_high, 2},
    {"clip_backward", 2, ElementwiseKind::kClipBackward, low_and_high, 2},
    {"sigmoid", 1, ElementwiseKind::kSigmoid, none, 25},
    {"sigmoid_backward", 2, ElementwiseKind::kSigmoidBackward, none, 3},
    {"tanh", 1, ElementwiseKind::kTanh, none, 40},
    {"tanh_backward", 2, ElementwiseKind::kTanhBackward, none, 3},
    {"add", 2, ElementwiseKind::kAddClip, activation, 1},
    {"multiply", 2, ElementwiseKind::kMultiply, none, 1},
    {"scale", 1, ElementwiseKind::kScale, factor, 1},
    {"moving_average", 2, ElementwiseKind::kWeightedSum, momentum, 3},
};

const Function& function_of(const OpSpec& spec) {
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const Function& f) { return spec.op == f.op; });
  require(found != std::end(kFunctions), ErrorKind::kInternal, spec.op, ": is not elementwise");
  return *found;
}

class ElementwiseOp final : public Operator {
 public:
  ElementwiseOp(const OpSpec& spec, const Function& function)
      : kernel_(kernels::select_elementwise(function.kind)),
        parameters_(function.parameters(spec)),
        inputs_(function.inputs) {
    const bool blocked =
        std::any_of(spec.inputs.begin(), spec.inputs.end(),
                    [](const TensorDesc& input) { return input.layout == Layout::kBlocked; });
    TensorDesc stored = spec.inputs[0];
    stored.layout = blocked ? Layout::kBlocked : Layout::kPlain;
    count_ = stored.stored_count(static_cast<std::int64_t>(cpu::block()));

    kernel = kernel_.name;
    input_layouts.assign(inputs_, stored.layout);
    output_layouts = {stored.layout};
    for (std::size_t i = 0; i < inputs_; ++i) in_place.push_back({0, i});
    flops = function.flops * static_cast<double>(stored.shape.count());
    cost_ = std::max(function.flops, static_cast<double>((inputs_ + 1) * sizeof(float)));
  }

  void run(const RunArgs& args) const override {
    constexpr std::int64_t kStep = 16;  // elements: tasks begin at whole vectors of every ISA
    const Split split(divide_up(count_, kStep), cost_ * kStep);

    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t first = begin * kStep;
      const auto count = static_cast<std::size_t>(std::min(count_, end * kStep) - first);
      const float* a = args.src(0) + first;
      const float* b = inputs_ > 1 ? args.src(1) + first : nullptr;
      kernel_.run({count, a, b, args.dst(0) + first, parameters_.p, parameters_.q});
    });
  }

 private:
  const kernels::ElementwiseKernel& kernel_;
  Parameters parameters_;
  std::size_t inputs_;
  std::int64_t count_;
  double cost_;
};

}  // namespace

std::optional<std::string> refuse_elementwise(const OpSpec& spec) {
  const Function& function = function_of(spec);
  expect_float_inputs(spec, function.inputs);
  const Shape& shape = spec.inputs[0].shape;
  if (function.inputs > 1) expect_shape(spec, 1, shape);
  expect_outputs(spec, 1);
  expect_output(spec, 0, shape);
  return std::nullopt;
}

std::unique_ptr<Operator> make_elementwise(const OpSpec& spec) {
  return std::make_unique<ElementwiseOp>(spec, function_of(spec));
}

}  // namespace fastcnn::ops
