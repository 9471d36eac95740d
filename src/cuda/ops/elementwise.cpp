#include "cuda/kernels/elementwise/elementwise.h"

#include <algorithm>

#include "cuda/ops/broadcast.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/elementwise/elementwise_function.h"

// Functions of one element, or of two that are broadcast, in whatever layout they come.
namespace fastcnn::cuda {
namespace {

Function device_function(const ops::OpSpec& spec, const ops::ElementwiseFunction& function) {
  switch (ops::elementwise_kind(spec, function)) {
#define FASTCNN_UNARY(name, result)       \
  case kernels::ElementwiseKind::k##name: \
    return Function::k##name;
#define FASTCNN_BINARY(name, result) FASTCNN_UNARY(name, result)
#define FASTCNN_ALIKE(name, result) FASTCNN_UNARY(name, result)
#include "cuda/kernels/elementwise/functions.inc"
#undef FASTCNN_UNARY
#undef FASTCNN_BINARY
#undef FASTCNN_ALIKE
    default:
      break;
  }
  throw Error(ErrorKind::kInternal, join(spec.op, ": has no function on the device"));
}

// Every operand is as large as the result.
class SameShape final : public Operator {
 public:
  SameShape(const ops::OpSpec& spec, const ops::ElementwiseFunction& op, Layout layout)
      : function_(device_function(spec, op)),
        inputs_(op.inputs),
        size_(spec.outputs[0].shape.count()),
        parameters_(op.parameters(spec)) {
    kernel = "elementwise_f32";
    flops = op.flops * static_cast<double>(size_);
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
  ops::ElementwiseParameters parameters_;
};

class BroadcastOperator final : public Operator {
 public:
  BroadcastOperator(const ops::OpSpec& spec, const ops::ElementwiseFunction& op,
                    const BroadcastAxes& axes)
      : function_(device_function(spec, op)), broadcast_{} {
    kernel = "broadcast_f32";
    flops = op.flops * static_cast<double>(spec.outputs[0].shape.count());
    input_layouts = axes.input_layouts;
    output_layouts = {axes.output_layout};
    const ops::ElementwiseParameters parameters = op.parameters(spec);
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
  const ops::ElementwiseFunction& op = ops::expect_elementwise(spec);
  if (op.inputs == 1) ops::expect_output(spec, 0, spec.inputs[0].shape, spec.outputs[0].dtype);
  if (const auto why = refuse_types_and_sizes(spec)) return why;
  if (same_shapes(spec)) return std::nullopt;
  if (broadcast_axes(spec, {}).axes.size() > kBroadcastAxes) {
    return join("more than ", kBroadcastAxes, " axes along which operands are read unlike");
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_elementwise(const ops::OpSpec& spec, const Layouts& given) {
  const ops::ElementwiseFunction& op = ops::expect_elementwise(spec);
  if (same_shapes(spec)) {
    return std::make_unique<SameShape>(
        spec, op, prefers_nhwc(spec.outputs[0].shape, given) ? Layout::kNhwc : Layout::kPlain);
  }
  return std::make_unique<BroadcastOperator>(spec, op, broadcast_axes(spec, given));
}

}  // namespace fastcnn::cuda
