#include <algorithm>

#include "cuda/kernels/copy2d/copy2d.h"
#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/movement/concat.h"
#include "ops/movement/slice_range.h"

// What copies runs of elements to other places: concat, slice, slice_backward.
namespace fastcnn::cuda {
namespace {

// A tensor seen from one axis, in elements as they lie: `outer` runs of `extent` times `inner`.
struct AxisRuns {
  std::int64_t outer, extent, inner;

  AxisRuns(const Shape& shape, std::size_t axis, Layout layout) {
    const Shape stored = stored_shape(shape, layout);
    const std::size_t at = stored_axis(axis, layout);
    outer = ops::extent_product(stored, 0, at);
    extent = stored[at];
    inner = ops::extent_product(stored, at + 1, stored.rank());
  }

  std::int64_t row() const { return extent * inner; }
};

Layout moved_layout(const ops::OpSpec& spec, const Layouts& given) {
  return prefers_nhwc(spec.outputs[0].shape, given) ? Layout::kNhwc : Layout::kPlain;
}

void enqueue_copy(const Copy2d& copy, std::int64_t element_bytes, cudaStream_t stream) {
  if (copy.rows == 0 || copy.run == 0) return;
  copy2d(copy, static_cast<std::size_t>(element_bytes), stream);
}

std::int64_t element_bytes_of(const ops::OpSpec& spec) {
  return static_cast<std::int64_t>(size_of(spec.inputs[0].dtype));
}

std::string copy_name(std::int64_t element_bytes) { return join("copy2d_", 8 * element_bytes); }

class ConcatOperator final : public Operator {
 public:
  ConcatOperator(const ops::OpSpec& spec, Layout layout) : element_bytes_(element_bytes_of(spec)) {
    kernel = copy_name(element_bytes_);
    input_layouts.assign(spec.inputs.size(), layout);
    output_layouts = {layout};
    const std::size_t axis = ops::axis_of(spec);
    const AxisRuns to(spec.outputs[0].shape, axis, layout);
    for (const TensorDesc& input : spec.inputs) {
      const AxisRuns from(input.shape, axis, layout);
      copies_.push_back({nullptr, nullptr, to.outer, narrow(from.row()), from.row(), to.row()});
    }
  }

  void enqueue(const RunArgs& args) const override {
    auto* dst = static_cast<char*>(args.outputs[0]);
    for (std::size_t i = 0; i < copies_.size(); ++i) {
      Copy2d copy = copies_[i];
      copy.src = args.inputs[i];
      copy.dst = dst;
      enqueue_copy(copy, element_bytes_, args.stream);
      dst += copy.run * element_bytes_;
    }
  }

 private:
  std::vector<Copy2d> copies_;  // one an input
  std::int64_t element_bytes_;
};

// A range of an axis cut out, or put back into zeros.
class RangeOperator final : public Operator {
 public:
  RangeOperator(const ops::OpSpec& spec, std::size_t axis, std::int64_t start, bool backward,
                Layout layout)
      : element_bytes_(element_bytes_of(spec)), backward_(backward) {
    kernel = copy_name(element_bytes_);
    input_layouts = {layout};
    output_layouts = {layout};
    const AxisRuns from(spec.inputs[0].shape, axis, layout);
    const AxisRuns to(spec.outputs[0].shape, axis, layout);
    offset_ = start * from.inner * element_bytes_;
    size_bytes_ = static_cast<std::size_t>(spec.outputs[0].shape.count() * element_bytes_);
    copy_ = {nullptr,    nullptr, from.outer, narrow(std::min(from.row(), to.row())),
             from.row(), to.row()};
  }

  void enqueue(const RunArgs& args) const override {
    Copy2d copy = copy_;
    copy.src = static_cast<const char*>(args.inputs[0]) + (backward_ ? 0 : offset_);
    copy.dst = static_cast<char*>(args.outputs[0]) + (backward_ ? offset_ : 0);
    if (backward_ && size_bytes_ != 0) {
      FASTCNN_CUDA_TRY(cudaMemsetAsync(args.outputs[0], 0, size_bytes_, args.stream));
    }
    enqueue_copy(copy, element_bytes_, args.stream);
  }

 private:
  Copy2d copy_;
  std::int64_t element_bytes_;
  std::int64_t offset_;  // bytes
  std::size_t size_bytes_;
  bool backward_;
};

}  // namespace

std::optional<std::string> refuse_concat_copy(const ops::OpSpec& spec) {
  ops::expect_concat(spec);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_concat_copy(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<ConcatOperator>(spec, moved_layout(spec, given));
}

std::optional<std::string> refuse_slice_copy(const ops::OpSpec& spec) {
  if (spec.inputs.size() > 1) return "start and stop are not known when the plan is made";
  spec.expect_inputs(1, 1);
  ops::expect_outputs(spec, 1);
  const ops::SliceRange range = ops::slice_range(spec);
  if (range.step != 1) return join("a step of ", range.step);
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_slice_copy(const ops::OpSpec& spec, const Layouts& given) {
  const ops::SliceRange range = ops::slice_range(spec);
  return std::make_unique<RangeOperator>(spec, range.axis, range.start, false,
                                         moved_layout(spec, given));
}

std::optional<std::string> refuse_slice_backward_copy(const ops::OpSpec& spec) {
  ops::expect_slice_backward(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_slice_backward_copy(const ops::OpSpec& spec, const Layouts& given) {
  return std::make_unique<RangeOperator>(spec, ops::axis_of(spec), spec.attributes.get_int("start"),
                                         true, moved_layout(spec, given));
}

}  // namespace fastcnn::cuda
