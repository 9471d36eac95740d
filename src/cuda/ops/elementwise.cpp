#include "cuda/kernels/elementwise/elementwise.h"

#include <algorithm>
#include <limits>

#include "cuda/ops/broadcast.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/activation.h"

// Functions of one element, or of two that are broadcast, in whatever layout they come.
namespace fastcnn::cuda {
namespace {

struct Parameters {
  float p = 0;
  float q = 0;
};

float attribute(const ops::OpSpec& spec, const char* name) {
  return static_cast<float>(spec.attributes.get_float(name));
}

Parameters none(const ops::OpSpec&) { return {}; }
Parameters above_zero(const ops::OpSpec&) { return {0, std::numeric_limits<float>::infinity()}; }
Parameters alpha(const ops::OpSpec& spec) { return {attribute(spec, "alpha")}; }
Parameters factor(const ops::OpSpec& spec) { return {attribute(spec, "factor")}; }
Parameters low_and_high(const ops::OpSpec& spec) {
  return {attribute(spec, "low"), attribute(spec, "high")};
}
Parameters activation(const ops::OpSpec& spec) {
  const ops::Clamp clamp = ops::activation_of(spec);
  return {clamp.low, clamp.high};
}
Parameters momentum(const ops::OpSpec& spec) {
  const double old = spec.attributes.get_float("momentum");
  return {static_cast<float>(old), static_cast<float>(1.0 - old)};
}

struct ElementwiseOp {
  const char* op;
  std::size_t inputs;
  Function function;
  Parameters (*parameters)(const ops::OpSpec&);
};

constexpr ElementwiseOp kOps[] = {
    {"relu", 1, Function::kClip, above_zero},
    {"relu_backward", 2, Function::kReluBackward, none},
    {"leaky_relu", 1, Function::kLeakyRelu, alpha},
    {"leaky_relu_backward", 2, Function::kLeakyReluBackward, alpha},
    {"clip", 1, Function::kClip, low_and_high},
    {"clip_backward", 2, Function::kClipBackward, low_and_high},
    {"sigmoid", 1, Function::kSigmoid, none},
    {"sigmoid_backward", 2, Function::kSigmoidBackward, none},
    {"tanh", 1, Function::kTanh, none},
    {"tanh_backward", 2, Function::kTanhBackward, none},
    {"scale", 1, Function::kScale, factor},
    {"add", 2, Function::kAddClip, activation},
    {"subtract", 2, Function::kSubtract, none},
    {"multiply", 2, Function::kMultiply, none},
    {"divide", 2, Function::kDivide, none},
    {"moving_average", 2, Function::kWeightedSum, momentum},
};

const ElementwiseOp& op_of(const ops::OpSpec& spec) {
  const auto* found = std::find_if(std::begin(kOps), std::end(kOps),
                                   [&](const ElementwiseOp& e) { return spec.op == e.op; });
  require(found != std::end(kOps), ErrorKind::kInternal, spec.op, ": is not elementwise");
  return *found;
}

// Every operand is as large as the result.
class SameShape final : public Operator {
 public:
  SameShape(const ops::OpSpec& spec, const ElementwiseOp& op, Layout layout)
      : function_(op.function),
        inputs_(op.inputs),
        size_(spec.outputs[0].shape.count()),
        parameters_(op.parameters(spec)) {
    kernel = "elementwise_f32";
    flops = static_cast<double>(size_);
    input_layouts.assign(inputs_, layout);
    output_layouts = {layout};
    for (std::size_t i = 0; i < inputs_; ++i) in_place.push_back({0, i});
  }

  void enqueue(const RunArgs& args) const override {
    if (size_ == 0) return;
    elementwise(function_,
                {args.src(0), inputs_ == 2 ? args.src(1) : nullptr, args.dst(0), size_,
                 parameters_.p, parameters_.q},
                args.stream);
  }

 private:
  Function function_;
  std::size_t inputs_;
  std::int64_t size_;
  Parameters parameters_;
};

class BroadcastOperator final : public Operator {
 public:
  BroadcastOperator(const ops::OpSpec& spec, const ElementwiseOp& op, const BroadcastAxes& axes)
      : function_(op.function), broadcast_{} {
    kernel = "broadcast_f32";
    flops = static_cast<double>(spec.outputs[0].shape.count());
    input_layouts = axes.input_layouts;
    output_layouts = {axes.output_layout};
    const Parameters parameters = op.parameters(spec);
    broadcast_.each.size = spec.outputs[0].shape.count();
    broadcast_.each.p = parameters.p, broadcast_.each.q = parameters.q;
    for (int k = 0; k < kBroadcastAxes; ++k) broadcast_.extent[k] = 1;
    int to = kBroadcastAxes;
    for (auto axis = axes.axes.rbegin(); axis != axes.axes.rend(); ++axis) {
      --to;
      broadcast_.extent[to] = narrow(axis->extent);
      broadcast_.a_stride[to] = narrow(axis->stride[0]);
      broadcast_.b_stride[to] = narrow(axis->stride[1]);
    }
  }

  void enqueue(const RunArgs& args) const override {
    if (broadcast_.each.size == 0) return;
    Broadcast broadcast = broadcast_;
    broadcast.each.a = args.src(0);
    broadcast.each.b = args.src(1);
    broadcast.each.dst = args.dst(0);
    cuda::broadcast(function_, broadcast, args.stream);
  }

 private:
  Function function_;
  Broadcast broadcast_;
};

bool same_shapes(const ops::OpSpec& spec) {
  return std::all_of(spec.inputs.begin(), spec.inputs.end(),
                     [&](const TensorDesc& input) { return input.shape == spec.outputs[0].shape; });
}

}  // namespace

std::optional<std::string> refuse_elementwise(const ops::OpSpec& spec) {
  const ElementwiseOp& op = op_of(spec);
  spec.expect_inputs(op.inputs, op.inputs);
  ops::expect_outputs(spec, 1);
  if (op.inputs == 1) ops::expect_output(spec, 0, spec.inputs[0].shape, spec.outputs[0].dtype);
  if (const auto why = refuse_types_and_sizes(spec)) return why;
  if (same_shapes(spec)) return std::nullopt;
  if (broadcast_axes(spec, {}).axes.size() > kBroadcastAxes) {
    return join("more than ", kBroadcastAxes, " axes along which operands are read unlike");
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_elementwise(const ops::OpSpec& spec, const Layouts& given) {
  const ElementwiseOp& op = op_of(spec);
  if (same_shapes(spec)) {
    return std::make_unique<SameShape>(
        spec, op, prefers_nhwc(spec.outputs[0].shape, given) ? Layout::kNhwc : Layout::kPlain);
  }
  return std::make_unique<BroadcastOperator>(spec, op, broadcast_axes(spec, given));
}

}  // namespace fastcnn::cuda
