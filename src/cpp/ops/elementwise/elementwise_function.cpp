#include "ops/elementwise/elementwise_function.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string>

#include "ops/activation.h"
#include "ops/checks.h"

namespace fastcnn::ops {
namespace {

using kernels::ElementwiseKind;

ElementwiseParameters none(const OpSpec&) { return {}; }
ElementwiseParameters above_zero(const OpSpec&) {
  return {0.0f, std::numeric_limits<float>::infinity()};
}
ElementwiseParameters alpha(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("alpha"))};
}
ElementwiseParameters alpha_and_gamma(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("alpha")),
          static_cast<float>(spec.attributes.get_float("gamma", 1.0))};
}
ElementwiseParameters alpha_and_beta(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("alpha")),
          static_cast<float>(spec.attributes.get_float("beta"))};
}
ElementwiseParameters beta(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("beta"))};
}
ElementwiseParameters factor(const OpSpec& spec) {
  return {static_cast<float>(spec.attributes.get_float("factor"))};
}
ElementwiseParameters activation(const OpSpec& spec) {
  const Clamp clamp = activation_of(spec);
  return {clamp.low, clamp.high};
}
ElementwiseParameters momentum(const OpSpec& spec) {
  const double old = spec.attributes.get_float("momentum");
  return {static_cast<float>(old), static_cast<float>(1.0 - old)};
}
ElementwiseParameters low_and_high(const OpSpec& spec) {
  const double low = spec.attributes.get_float("low");
  const double high = spec.attributes.get_float("high");
  require(low <= high, ErrorKind::kValue, spec.op, ": low is ", low, ", over high, which is ",
          high);
  return {static_cast<float>(low), static_cast<float>(high)};
}

constexpr ElementwiseFunction kFunctions[] = {
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

}  // namespace

const ElementwiseFunction& expect_elementwise(const OpSpec& spec) {
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const ElementwiseFunction& f) { return spec.op == f.op; });
  require(found != std::end(kFunctions), ErrorKind::kInternal, spec.op, ": is not elementwise");
  spec.expect_inputs(found->inputs, found->inputs);
  expect_outputs(spec, 1);
  return *found;
}

ElementwiseKind elementwise_kind(const OpSpec& spec, const ElementwiseFunction& function) {
  if (function.kind != ElementwiseKind::kGelu) return function.kind;
  const std::string approximate = spec.attributes.get_string("approximate", "none");
  require(approximate == "none" || approximate == "tanh", ErrorKind::kValue, spec.op,
          ": approximate is '", approximate, "', it is 'none' or 'tanh'");
  return approximate == "tanh" ? ElementwiseKind::kGeluTanh : function.kind;
}

}  // namespace fastcnn::ops
