#include "cuda/kernels/pad/pad.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/movement/pad_places.h"

// pad: every axis, all modes, of an image in the layout in which it comes.
namespace fastcnn::cuda {
namespace {

class PadOperator final : public Operator {
 public:
  PadOperator(const ops::OpSpec& spec, Layout layout) : pad_{} {
    const Shape& x = spec.inputs[0].shape;
    const std::size_t rank = x.rank();
    const std::vector<std::int64_t> pads = spec.attributes.get_ints("pads", 2 * rank);
    const ops::PadMode mode = ops::pad_mode_of(spec);
    kernel = "pad_f32";
    input_layouts = {layout};
    output_layouts = {layout};
    pad_.size = spec.outputs[0].shape.count();
    pad_.value = static_cast<float>(spec.attributes.get_float("value", 0));
    for (int a = 0; a < kPaddedAxes; ++a) pad_.extent[a] = 1, pad_.first[a] = -1;

    const Shape from = stored_shape(x, layout);
    const Shape to = stored_shape(spec.outputs[0].shape, layout);
    std::vector<std::int64_t> begin(rank);
    for (std::size_t a = 0; a < rank; ++a) {
      begin[layout == Layout::kNhwc ? stored_axis(a, layout) : a] = pads[a];
    }
    std::vector<std::int32_t> places;
    std::int64_t stride = 1;
    for (std::size_t a = rank; a-- > 0;) {
      const std::size_t axis = a + kPaddedAxes - rank;
      pad_.extent[axis] = narrow(to[a]);
      pad_.first[axis] = narrow(static_cast<std::int64_t>(places.size()));
      for (std::int64_t i = 0; i < to[a] && pad_.size != 0; ++i) {
        const std::int64_t place = ops::source_place(mode, i - begin[a], from[a]);
        places.push_back(narrow(place < 0 ? -1 : place * stride));
      }
      stride *= from[a];
    }
    tables = {as_table(places)};
  }

  void enqueue(const RunArgs& args) const override {
    if (pad_.size == 0) return;
    Pad arguments = pad_;
    arguments.src = args.src(0);
    arguments.places = args.table<std::int32_t>(0);
    arguments.dst = args.dst(0);
    pad(arguments, args.stream);
  }

 private:
  Pad pad_;
};

}  // namespace

std::optional<std::string> refuse_pad(const ops::OpSpec& spec) {
  if (spec.inputs.size() > 1) return "the pads are not known when the plan is made";
  spec.expect_inputs(1, 1);
  ops::expect_outputs(spec, 1);
  if (const auto why = refuse_types_and_sizes(spec)) return why;
  ops::expect_pad(spec);
  return std::nullopt;
}

std::unique_ptr<Operator> make_pad(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<PadOperator>(
      spec, prefers_nhwc(spec.outputs[0].shape, given) ? Layout::kNhwc : Layout::kPlain);
}

}  // namespace fastcnn::cuda
