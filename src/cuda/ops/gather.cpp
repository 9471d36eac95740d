#include "cuda/kernels/gather/gather.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/movement/gather_checks.h"

// gather: along one axis, the places that the second input names. An image of float32 stays in the
// layout in which it comes: a channel shuffle is one step.
namespace fastcnn::cuda {
namespace {

// Constant indices are checked here; others are computed where nobody can be told.
void check_indices(const ops::OpSpec& spec, std::int64_t extent) {
  const void* const indices = spec.constant(1);
  const std::int64_t count = indices == nullptr ? 0 : spec.inputs[1].shape.count();
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t index = spec.inputs[1].dtype == DType::kInt64
                                   ? static_cast<const std::int64_t*>(indices)[i]
                                   : static_cast<const std::int32_t*>(indices)[i];
    require(index >= -extent && index < extent, ErrorKind::kValue, spec.op, ": index ", index,
            " is outside of axis ", ops::axis_of(spec, 0), ", which has ", extent);
  }
}

class GatherOperator final : public Operator {
 public:
  GatherOperator(const ops::OpSpec& spec, Layout layout)
      : gather_{}, element_bytes_(size_of(spec.inputs[0].dtype)) {
    const Shape x = stored_shape(spec.inputs[0].shape, layout);
    const std::size_t axis = layout == Layout::kNhwc ? stored_axis(ops::axis_of(spec, 0), layout)
                                                     : ops::axis_of(spec, 0);
    kernel = join("gather_", 8 * element_bytes_);
    input_layouts = {layout, Layout::kPlain};
    output_layouts = {layout};
    gather_.size = spec.outputs[0].shape.count();
    gather_.extent = narrow(x[axis]);
    gather_.count = narrow(spec.inputs[1].shape.count());
    gather_.inner = narrow(ops::extent_product(x, axis + 1, x.rank()));
    gather_.wide = spec.inputs[1].dtype == DType::kInt64;
  }

  void enqueue(const RunArgs& args) const override {
    if (gather_.size == 0) return;
    Gather arguments = gather_;
    arguments.src = args.inputs[0];
    arguments.indices = args.inputs[1];
    arguments.dst = args.outputs[0];
    gather(arguments, element_bytes_, args.stream);
  }

 private:
  Gather gather_;
  std::size_t element_bytes_;
};

}  // namespace

std::optional<std::string> refuse_gather(const ops::OpSpec& spec) {
  ops::expect_gather(spec);
  if (const auto why = ops::refuse_index_type(spec)) return why;
  check_indices(spec, spec.inputs[0].shape[ops::axis_of(spec, 0)]);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_gather(const ops::OpSpec& spec, const Layouts& given) {
  const bool nhwc = spec.inputs[0].shape.rank() == 4 && spec.inputs[1].shape.rank() == 1 &&
                    given[0] == Layout::kNhwc;
  return std::make_unique<GatherOperator>(spec, nhwc ? Layout::kNhwc : Layout::kPlain);
}

}  // namespace fastcnn::cuda
