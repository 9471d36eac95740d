#include "kernels/softmax/softmax.h"

#include <algorithm>

#include "ops/checks.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

namespace fastcnn::ops {
namespace {

using kernels::SoftmaxKind;

constexpr double kBytesPerElement = 2 * sizeof(float);

// An element, 22 of them for exp where there is one.
double flops_of(SoftmaxKind rows) { return rows == SoftmaxKind::kSoftmaxBackwardRows ? 4 : 25; }

// Over one axis of a plain tensor, here that of the channels: rows are shared out where it is the
// last, else runs of the positions inside it.
class SoftmaxOperator final : public Operator {
 public:
  SoftmaxOperator(const Shape& shape, std::size_t axis, SoftmaxKind rows, SoftmaxKind pixels,
                  bool backward)
      : channels_(shape[axis]),
        inner_(extent_product(shape, axis + 1, shape.rank())),
        in_rows_(inner_ == 1),
        backward_(backward),
        kernel_(kernels::select_softmax(in_rows_ ? rows : pixels)),
        positions_(extent_product(shape, 0, axis) * inner_),
        split_(positions_,
               std::max(flops_of(rows), kBytesPerElement) * static_cast<double>(channels_)) {
    kernel = kernel_.name;
    flops = flops_of(rows) * static_cast<double>(shape.count());
    input_layouts.assign(backward ? 2 : 1, Layout::kPlain);
    output_layouts = {Layout::kPlain};
    in_place = {{0, 0}};
  }

  void run(const RunArgs& args) const override {
    split_.run(args.parallel, [&](std::int64_t position, std::int64_t end) {
      while (position < end) {
        const std::int64_t sample = position / inner_;
        const std::int64_t pixel = position % inner_;
        const std::int64_t count =
            in_rows_ ? end - position : std::min(end - position, inner_ - pixel);
        const std::int64_t at = sample * channels_ * inner_ + pixel;
        kernels::Softmax softmax = {};
        softmax.count = static_cast<std::size_t>(count);
        softmax.channels = static_cast<std::size_t>(channels_);
        softmax.stride = static_cast<std::size_t>(inner_);
        if (backward_) {
          softmax.grad_dst = args.src(0) + at;
          softmax.dst = const_cast<float*>(args.src(1)) + at;  // read only by the backward kinds
          softmax.grad_src = args.dst(0) + at;
        } else {
          softmax.src = args.src(0) + at;
          softmax.dst = args.dst(0) + at;
        }
        kernel_.run(softmax);
        position += count;
      }
    });
  }

 private:
  std::int64_t channels_;
  std::int64_t inner_;
  bool in_rows_;
  bool backward_;
  kernels::SoftmaxKernel kernel_;
  std::int64_t positions_;
  Split split_;
};

std::unique_ptr<Operator> make_softmax(const OpSpec& spec, std::size_t inputs, SoftmaxKind rows,
                                       SoftmaxKind pixels) {
  expect_float_inputs(spec, inputs);
  expect_outputs(spec, 1);
  const Shape& shape = spec.inputs[0].shape;
  for (std::size_t i = 1; i < inputs; ++i) expect_shape(spec, i, shape);
  expect_output(spec, 0, shape);
  return std::make_unique<SoftmaxOperator>(shape, axis_of(spec, 1), rows, pixels, inputs == 2);
}

}  // namespace

std::optional<std::string> refuse_softmax_plain(const OpSpec& spec) {
  return refuse_types_but_float(spec);
}

std::unique_ptr<Operator> make_softmax_plain(const OpSpec& spec) {
  return make_softmax(spec, 1, SoftmaxKind::kSoftmaxRows, SoftmaxKind::kSoftmaxPixels);
}

std::optional<std::string> refuse_log_softmax_plain(const OpSpec& spec) {
  return refuse_types_but_float(spec);
}

std::unique_ptr<Operator> make_log_softmax_plain(const OpSpec& spec) {
  return make_softmax(spec, 1, SoftmaxKind::kLogSoftmaxRows, SoftmaxKind::kLogSoftmaxPixels);
}

std::optional<std::string> refuse_softmax_backward_plain(const OpSpec& spec) {
  return refuse_types_but_float(spec);
}

std::unique_ptr<Operator> make_softmax_backward_plain(const OpSpec& spec) {
  return make_softmax(spec, 2, SoftmaxKind::kSoftmaxBackwardRows,
                      SoftmaxKind::kSoftmaxBackwardPixels);
}

std::optional<std::string> refuse_log_softmax_backward_plain(const OpSpec& spec) {
  return refuse_types_but_float(spec);
}

std::unique_ptr<Operator> make_log_softmax_backward_plain(const OpSpec& spec) {
  return make_softmax(spec, 2, SoftmaxKind::kLogSoftmaxBackwardRows,
                      SoftmaxKind::kLogSoftmaxBackwardPixels);
}

}  // namespace fastcnn::ops
