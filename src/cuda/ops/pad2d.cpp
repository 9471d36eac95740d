#include "cuda/kernels/pad2d/pad2d.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/movement/pad2d.h"

namespace fastcnn::cuda {
namespace {

class Pad2dOperator final : public Operator {
 public:
  explicit Pad2dOperator(const ops::OpSpec& spec) : pad_{} {
    kernel = "pad2d_f32_nhwc";
    input_layouts = {Layout::kNhwc};
    output_layouts = {Layout::kNhwc};
    const Shape& from = spec.inputs[0].shape;
    const Shape& to = spec.outputs[0].shape;
    const std::vector<std::int64_t> pads = spec.attributes.get_ints("pads", 4);
    pad_.size = to.count();
    pad_.h = narrow(from[2]), pad_.w = narrow(from[3]), pad_.channels = narrow(from[1]);
    pad_.to_h = narrow(to[2]), pad_.to_w = narrow(to[3]);
    pad_.top = narrow(pads[0]), pad_.left = narrow(pads[1]);
    pad_.value = static_cast<float>(spec.attributes.get_float("value"));
  }

  void enqueue(const RunArgs& args) const override {
    if (pad_.size == 0) return;
    Pad2d pad = pad_;
    pad.src = args.src(0);
    pad.dst = args.dst(0);
    pad2d(pad, args.stream);
  }

 private:
  Pad2d pad_;
};

}  // namespace

std::optional<std::string> refuse_pad2d_nhwc(const ops::OpSpec& spec) {
  ops::expect_pad2d(spec);
  for (const std::int64_t pad : spec.attributes.get_ints("pads", 4)) {
    if (std::abs(pad) > (std::int64_t{1} << 30)) return "a pad of more than 2^30 pixels";
  }
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_pad2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<Pad2dOperator>(spec);
}

}  // namespace fastcnn::cuda
