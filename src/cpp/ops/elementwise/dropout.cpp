#include "ops/checks.h"
#include "ops/operator.h"

// dropout: the identity, at inference.
namespace fastcnn::ops {
namespace {

class Dropout final : public Operator {
 public:
  explicit Dropout(const OpSpec& spec) {
    kernel = "alias";
    input_layouts = {spec.inputs[0].layout};
    output_layouts = {spec.inputs[0].layout};
    alias = true;
  }

  void run(const RunArgs&) const override {}
};

}  // namespace

std::optional<std::string> refuse_dropout(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  expect_output(spec, 0, spec.inputs[0].shape);
  return std::nullopt;
}

std::unique_ptr<Operator> make_dropout(const OpSpec& spec) {
  return std::make_unique<Dropout>(spec);
}

}  // namespace fastcnn::ops
