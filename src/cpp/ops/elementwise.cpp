#include "kernels/elementwise/elementwise.h"

#include <algorithm>
#include <limits>

#include "ops/activation.h"
#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/operator.h"

// The ops whose element i depends on one element of each input alone, two inputs broadcast.
namespace fastcnn::ops {
namespace {

using kernels::ElementwiseKind;
using kernels::Operand;

struct Parameters {
  float p = 0;
  float q = 0;
};

Parameters none(const OpSpec&) { return {}; }
Parameters above_zero(const OpSpec&) { return {0.0f, std::numeric_limits<float>::infinity()}; }
Parameters alpha(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("alpha"))};
}
Parameters alpha_and_gamma(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("alpha")),
          static_cast<float>(spec.attributes.get_float("gamma", 1.0))};
}
Parameters alpha_and_beta(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("alpha")),
          static_cast<float>(spec.attributes.get_float("beta"))};
}
Parameters beta(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("beta"))};
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
  double flops;  // an element, with the polynomials of simd/
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
    {"scale", 1, ElementwiseKind::kScale, factor, 1},
    {"abs", 1, ElementwiseKind::kAbs, none, 1},
    {"negative", 1, ElementwiseKind::kNegative, none, 1},
    {"sign", 1, ElementwiseKind::kSign, none, 2},
    {"floor", 1, ElementwiseKind::kFloor, none, 3},
    {"ceil", 1, ElementwiseKind::kCeil, none, 3},
    {"round", 1, ElementwiseKind::kRound, none, 1},
    {"reciprocal", 1, ElementwiseKind::kReciprocal, none, 4},
    {"sqrt", 1, ElementwiseKind::kSqrt, none, 4},
    {"exp", 1, ElementwiseKind::kExp, none, 20},
    {"log", 1, ElementwiseKind::kLog, none, 35},
    {"erf", 1, ElementwiseKind::kErf, none, 50},
    {"softplus", 1, ElementwiseKind::kSoftplus, none, 65},
    {"softsign", 1, ElementwiseKind::kSoftsign, none, 6},
    {"mish", 1, ElementwiseKind::kMish, none, 30},
    {"hard_swish", 1, ElementwiseKind::kHardSwish, none, 5},
    {"elu", 1, ElementwiseKind::kElu, alpha_and_gamma, 25},
    {"selu", 1, ElementwiseKind::kElu, alpha_and_gamma, 25},
    {"gelu", 1, ElementwiseKind::kGelu, none, 55},
    {"swish", 1, ElementwiseKind::kSwish, beta, 27},
    {"hard_sigmoid", 1, ElementwiseKind::kHardSigmoid, alpha_and_beta, 4},
    {"add", 2, ElementwiseKind::kAddClip, activation, 1},
    {"subtract", 2, ElementwiseKind::kSubtract, none, 1},
    {"multiply", 2, ElementwiseKind::kMultiply, none, 1},
    {"divide", 2, ElementwiseKind::kDivide, none, 4},
    {"minimum", 2, ElementwiseKind::kMinimum, none, 2},
    {"maximum", 2, ElementwiseKind::kMaximum, none, 2},
    {"power", 2, ElementwiseKind::kPower, none, 90},
    {"prelu", 2, ElementwiseKind::kPrelu, none, 2},
    {"moving_average", 2, ElementwiseKind::kWeightedSum, momentum, 3},
};

const Function& function_of(const OpSpec& spec) {
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const Function& f) { return spec.op == f.op; });
  require(found != std::end(kFunctions), ErrorKind::kInternal, spec.op, ": is not elementwise");
  return *found;
}

ElementwiseKind kind_of(const OpSpec& spec, const Function& function) {
  if (function.kind != ElementwiseKind::kGelu) return function.kind;
  const std::string approximate = spec.attributes.get_string("approximate", "none");
  require(approximate == "none" || approximate == "tanh", ErrorKind::kValue, spec.op,
          ": approximate is '", approximate, "', it is 'none' or 'tanh'");
  return approximate == "tanh" ? ElementwiseKind::kGeluTanh : function.kind;
}

Operand operand_of(Reading reading) {
  switch (reading) {
    case Reading::kStay:
      return Operand::kStay;
    case Reading::kScalar:
      return Operand::kScalar;
    case Reading::kSpread:
      return Operand::kSpread;
    case Reading::kEach:
      break;
  }
  return Operand::kEach;
}

class ElementwiseOp : public Operator {
 public:
  ElementwiseOp(const OpSpec& spec, const Function& function)
      : broadcast_(spec),
        kernel_(kernels::select_elementwise(kind_of(spec, function))),
        inputs_(function.inputs) {
    const Parameters parameters = function.parameters(spec);
    whole_.p = parameters.p;
    whole_.q = parameters.q;
    whole_.a_operand = operand_of(broadcast_.reading(0));
    whole_.b_operand = operand_of(broadcast_.reading(1));
    kernel = kernel_.name;
    input_layouts = broadcast_.input_layouts();
    output_layouts = {broadcast_.output_layout()};
    in_place = broadcast_.in_place();
    flops = function.flops * static_cast<double>(spec.outputs[0].shape.count());
    cost_ = std::max(function.flops, static_cast<double>((inputs_ + 1) * sizeof(float)));
  }

  void run(const RunArgs& args) const override { run_with(kernel_, whole_, args); }

 protected:
  void run_with(const kernels::ElementwiseKernel& function, const kernels::Elementwise& whole,
                const RunArgs& args) const {
    broadcast_.run(args.parallel, cost_, [&](const Broadcast::Run& run) {
      kernels::Elementwise e = whole;
      e.count = static_cast<std::size_t>(run.count);
      e.lanes = static_cast<std::size_t>(run.lanes);
      e.a = args.src(0) + run.input[0];
      e.b = inputs_ > 1 ? args.src(1) + run.input[1] : e.a;
      e.dst = args.dst(0) + run.output;
      function.run(e);
    });
  }

  const kernels::Elementwise& whole() const { return whole_; }

 private:
  Broadcast broadcast_;
  const kernels::ElementwiseKernel& kernel_;
  std::size_t inputs_;
  kernels::Elementwise whole_{};
  double cost_;
};

// A power whose exponent turns out to be 2 or 1/2, as in a norm or a deviation, is no power.
class PowerOp final : public ElementwiseOp {
 public:
  using ElementwiseOp::ElementwiseOp;

  void run(const RunArgs& args) const override {
    if (whole().b_operand == Operand::kScalar && *args.src(1) == 2.0f) {
      run_with(kernels::select_elementwise(ElementwiseKind::kSquare), whole(), args);
    } else if (whole().b_operand == Operand::kScalar && *args.src(1) == 0.5f) {
      run_with(kernels::select_elementwise(ElementwiseKind::kSqrt), whole(), args);
    } else {
      ElementwiseOp::run(args);
    }
  }
};

}  // namespace

std::optional<std::string> refuse_elementwise(const OpSpec& spec) {
  const Function& function = function_of(spec);
  spec.expect_inputs(function.inputs, function.inputs);
  expect_outputs(spec, 1);
  return refuse_types_but_float(spec);
}

std::unique_ptr<Operator> make_elementwise(const OpSpec& spec) {
  const Function& function = function_of(spec);
  if (function.kind == ElementwiseKind::kPower) return std::make_unique<PowerOp>(spec, function);
  return std::make_unique<ElementwiseOp>(spec, function);
}

}  // namespace fastcnn::ops
