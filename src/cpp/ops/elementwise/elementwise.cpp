#include "kernels/elementwise/elementwise.h"

#include <algorithm>

#include "ops/checks.h"
#include "ops/elementwise/broadcast.h"
#include "ops/elementwise/elementwise_function.h"

// The ops whose element i depends on one element of each input alone, two inputs broadcast.
namespace fastcnn::ops {
namespace {

using kernels::ElementwiseKind;
using kernels::Operand;

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
  ElementwiseOp(const OpSpec& spec, const ElementwiseFunction& function)
      : broadcast_(spec),
        kernel_(kernels::select_elementwise(elementwise_kind(spec, function))),
        inputs_(function.inputs) {
    const ElementwiseParameters parameters = function.parameters(spec);
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
  expect_elementwise(spec);
  return refuse_types_but_float(spec);
}

std::unique_ptr<Operator> make_elementwise(const OpSpec& spec) {
  const ElementwiseFunction& function = expect_elementwise(spec);
  if (function.kind == ElementwiseKind::kPower) return std::make_unique<PowerOp>(spec, function);
  return std::make_unique<ElementwiseOp>(spec, function);
}

}  // namespace fastcnn::ops
