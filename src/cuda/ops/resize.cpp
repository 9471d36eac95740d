#include "cuda/kernels/resize/resize.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/movement/resize_axis.h"

namespace fastcnn::cuda {
namespace {

class ResizeOperator final : public Operator {
 public:
  explicit ResizeOperator(const ops::OpSpec& spec) : resize_{} {
    const Shape& from = spec.inputs[0].shape;
    const Shape& to = spec.outputs[0].shape;
    const ops::ResizeAxis rows(spec, 2);
    const ops::ResizeAxis columns(spec, 3);
    taps_ = static_cast<int>(rows.taps());
    kernel = "resize_f32_nhwc";
    flops = 2.0 * static_cast<double>(to.count()) * taps_ * (taps_ + 1);
    input_layouts = {Layout::kNhwc};
    output_layouts = {Layout::kNhwc};
    resize_.size = to.count();
    resize_.h = narrow(from[2]), resize_.w = narrow(from[3]), resize_.channels = narrow(from[1]);
    resize_.oh = narrow(to[2]), resize_.ow = narrow(to[3]);
    for (const auto& [axis, extent] : {std::pair{&rows, to[2]}, std::pair{&columns, to[3]}}) {
      const std::int64_t count = extent * taps_;
      const kernels::ResizeAxis table = axis->table();
      tables.push_back(as_table(std::vector<std::int32_t>(table.places, table.places + count)));
      tables.push_back(as_table(std::vector<float>(table.weights, table.weights + count)));
    }
  }

  void enqueue(const RunArgs& args) const override {
    if (resize_.size == 0) return;
    Resize arguments = resize_;
    arguments.src = args.src(0);
    arguments.dst = args.dst(0);
    arguments.row_places = args.table<std::int32_t>(0);
    arguments.row_weights = args.table<float>(1);
    arguments.column_places = args.table<std::int32_t>(2);
    arguments.column_weights = args.table<float>(3);
    resize(arguments, taps_, args.stream);
  }

 private:
  Resize resize_;
  int taps_;
};

}  // namespace

std::optional<std::string> refuse_resize_nhwc(const ops::OpSpec& spec) {
  if (const auto why = ops::refuse_but_pixels(spec)) return why;
  return refuse_sizes(spec);
}

std::unique_ptr<Operator> make_resize_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<ResizeOperator>(spec);
}

}  // namespace fastcnn::cuda
