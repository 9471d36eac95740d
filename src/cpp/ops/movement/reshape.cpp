#include "ops/operator.h"

// reshape, flatten, squeeze, unsqueeze: the same elements under another shape; nothing is moved.
namespace fastcnn::ops {
namespace {

class Reshape final : public Operator {
 public:
  Reshape() {
    kernel = "alias";
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    alias = true;
  }

  void run(const RunArgs&) const override {}
};

}  // namespace

std::optional<std::string> refuse_reshape(const OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the shape is not known when the plan is made";
  spec.expect_inputs(1, 1);
  const Shape& from = spec.inputs[0].shape;
  const Shape& to = spec.outputs[0].shape;
  require(from.count() == to.count(), ErrorKind::kShape, spec.op, ": ", from, " has ", from.count(),
          " elements, ", to, " has ", to.count());
  return std::nullopt;
}

std::unique_ptr<Operator> make_reshape(const OpSpec&) { return std::make_unique<Reshape>(); }

}  // namespace fastcnn::ops
