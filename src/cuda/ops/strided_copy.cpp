#include "cuda/kernels/strided_copy/strided_copy.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/movement/slice_range.h"
#include "ops/movement/strided_axes.h"

// What reads elements by strides: expand, tile, depth_to_space, space_to_depth, transpositions that
// move something, slices with steps.
namespace fastcnn::cuda {
namespace {

using StridedAxes = std::vector<ops::StridedAxis>;

class StridedCopyOperator final : public Operator {
 public:
  // The first element of the result is element `first` of the source.
  StridedCopyOperator(const StridedAxes& axes, std::int64_t first, const TensorDesc& result)
      : copy_{},
        element_bytes_(size_of(result.dtype)),
        first_byte_(first * static_cast<std::int64_t>(element_bytes_)) {
    kernel = join("strided_copy_", 8 * element_bytes_);
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    copy_.size = result.shape.count();
    for (std::int32_t& extent : copy_.extent) extent = 1;
    std::size_t to = kStridedAxes;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      --to;
      copy_.extent[to] = narrow(axis->extent);
      copy_.stride[to] = narrow(axis->stride);
    }
  }

  void enqueue(const RunArgs& args) const override {
    if (copy_.size == 0) return;
    StridedCopy copy = copy_;
    copy.src = static_cast<const char*>(args.inputs[0]) + first_byte_;
    copy.dst = args.outputs[0];
    strided_copy(copy, element_bytes_, args.stream);
  }

 private:
  StridedCopy copy_;
  std::size_t element_bytes_;
  std::int64_t first_byte_;
};

StridedAxes axes_of(const ops::OpSpec& spec) {
  if (spec.op == "transpose") return ops::transposed_axes(spec);
  if (spec.op == "depth_to_space") return ops::depth_to_space_axes(spec);
  if (spec.op == "space_to_depth") return ops::space_to_depth_axes(spec);
  return ops::repeated_axes(spec);
}

std::optional<std::string> refuse_axes(const ops::OpSpec& spec, const StridedAxes& axes) {
  if (ops::join_axes(axes).size() > kStridedAxes) return join("more than ", kStridedAxes, " axes");
  return refuse_sizes(spec);
}

// The range of a slice as axes: what lies before its axis, the axis, what lies behind.
StridedAxes slice_axes(const ops::OpSpec& spec, const ops::SliceRange& range) {
  const Shape& x = spec.inputs[0].shape;
  const std::int64_t inner = ops::extent_product(x, range.axis + 1, x.rank());
  return {{ops::extent_product(x, 0, range.axis), x[range.axis] * inner},
          {range.count, range.step * inner},
          {inner, 1}};
}

}  // namespace

std::optional<std::string> refuse_strided(const ops::OpSpec& spec) {
  if (const auto late = ops::refuse_late_shape(spec)) return late;
  return refuse_axes(spec, axes_of(spec));
}

std::unique_ptr<Operator> make_strided(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<StridedCopyOperator>(ops::join_axes(axes_of(spec)), 0, spec.outputs[0]);
}

std::optional<std::string> refuse_slice_strided(const ops::OpSpec& spec) {
  if (spec.inputs.size() > 1) return "start and stop are not known when the plan is made";
  spec.expect_inputs(1, 1);
  ops::expect_outputs(spec, 1);
  return refuse_axes(spec, slice_axes(spec, ops::slice_range(spec)));
}

std::unique_ptr<Operator> make_slice_strided(const ops::OpSpec& spec, const Layouts&) {
  const ops::SliceRange range = ops::slice_range(spec);
  const StridedAxes axes = slice_axes(spec, range);
  return std::make_unique<StridedCopyOperator>(ops::join_axes(axes), range.start * axes[2].extent,
                                               spec.outputs[0]);
}

}  // namespace fastcnn::cuda
