#include "kernels/softmax/softmax.h"

#include <algorithm>

#include "ops/checks.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

using kernels::SoftmaxKind;

constexpr double kBytesPerElement = 2 * sizeof(float);

// An element, 22 of them for exp where there is one.
double flops_of(SoftmaxKind rows) { return rows == SoftmaxKind::kSoftmaxBackwardRows ? 4 : 25; }

// Over axis 1 of a plain tensor [N, C, inner...]. Rank 2: rows are shared out; else runs of pixels
// of one sample.
class SoftmaxOperator final : public Operator {
 public:
  SoftmaxOperator(const Shape& shape, SoftmaxKind rows, SoftmaxKind pixels, bool backward)
      : channels_(shape[1]),
        inner_(inner_of(shape)),
        rank_two_(shape.rank() == 2),
        backward_(backward),
        kernel_(kernels::select_softmax(rank_two_ ? rows : pixels)),
        positions_(shape[0] * inner_),
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
            rank_two_ ? end - position : std::min(end - position, inner_ - pixel);
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
  static std::int64_t inner_of(const Shape& shape) {
    std::int64_t inner = 1;
    for (std::size_t axis = 2; axis < shape.rank(); ++axis) inner *= shape[axis];
    return inner;
  }

  std::int64_t channels_;
  std::int64_t inner_;
  bool rank_two_;
  bool backward_;
  kernels::SoftmaxKernel kernel_;
  std::int64_t positions_;
  Split split_;
};

std::unique_ptr<Operator> make_softmax(const OpSpec& spec, std::size_t inputs, SoftmaxKind rows,
                                       SoftmaxKind pixels) {
  expect_float_inputs(spec, inputs);
  expect_outputs(spec, 1);
  expect_rank_at_least(spec, 0, 2);
  const Shape& shape = spec.inputs[0].shape;
  for (std::size_t i = 1; i < inputs; ++i) expect_shape(spec, i, shape);
  expect_output(spec, 0, shape);
  return std::make_unique<SoftmaxOperator>(shape, rows, pixels, inputs == 2);
}

}  // namespace

std::optional<std::string> refuse_softmax_plain(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_softmax_plain(const OpSpec& spec) {
  return make_softmax(spec, 1, SoftmaxKind::kSoftmaxRows, SoftmaxKind::kSoftmaxPixels);
}

std::optional<std::string> refuse_log_softmax_plain(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_log_softmax_plain(const OpSpec& spec) {
  return make_softmax(spec, 1, SoftmaxKind::kLogSoftmaxRows, SoftmaxKind::kLogSoftmaxPixels);
}

std::optional<std::string> refuse_softmax_backward_plain(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_softmax_backward_plain(const OpSpec& spec) {
  return make_softmax(spec, 2, SoftmaxKind::kSoftmaxBackwardRows,
                      SoftmaxKind::kSoftmaxBackwardPixels);
}

std::optional<std::string> refuse_log_softmax_backward_plain(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_log_softmax_backward_plain(const OpSpec& spec) {
  return make_softmax(spec, 2, SoftmaxKind::kLogSoftmaxBackwardRows,
                      SoftmaxKind::kLogSoftmaxBackwardPixels);
}

}  // namespace fastcnn::ops
