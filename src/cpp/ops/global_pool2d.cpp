#include "kernels/global_pool2d/global_pool2d.h"

#include "cpu/isa.h"
#include "ops/checks.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

using kernels::GlobalPool2dKind;

// All four global poolings: planes are shared out. `image` is x's shape [N, C, H, W].
class GlobalPool2dOperator final : public Operator {
 public:
  GlobalPool2dOperator(const Shape& image, GlobalPool2dKind kind)
      : kind_(kind),
        kernel_(kernels::select_global_pool2d(kind)),
        block_(static_cast<std::int64_t>(cpu::block())),
        pixels_(image[2] * image[3]),
        split_(image[0] * divide_up(image[1], block_),
               static_cast<double>(pixels_ * block_) * sizeof(float)) {
    kernel = kernel_.name;
    flops = static_cast<double>(image.count());
    input_layouts.assign(kind == GlobalPool2dKind::kMaxBackward ? 3 : 1, Layout::kBlocked);
    output_layouts = {Layout::kBlocked};
    if (kind == GlobalPool2dKind::kMaxBackward) in_place = {{0, 1}};
  }

  void run(const RunArgs& args) const override {
    split_.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t plane = begin; plane < end; ++plane) run_plane(args, plane);
    });
  }

 private:
  void run_plane(const RunArgs& args, std::int64_t plane) const {
    const std::int64_t at = plane * pixels_ * block_;
    const std::int64_t at_pooled = plane * block_;
    kernels::GlobalPool2d pool = {};
    pool.pixels = static_cast<std::size_t>(pixels_);
    switch (kind_) {
      case GlobalPool2dKind::kMax:
      case GlobalPool2dKind::kAverage:
        pool.src = args.src(0) + at;
        pool.dst = args.dst(0) + at_pooled;
        break;
      case GlobalPool2dKind::kMaxBackward:
        pool.src = args.src(1) + at;
        pool.dst = const_cast<float*>(args.src(2)) + at_pooled;  // read only by this kind
        [[fallthrough]];
      case GlobalPool2dKind::kAverageBackward:
        pool.grad_dst = args.src(0) + at_pooled;
        pool.grad_src = args.dst(0) + at;
        break;
    }
    kernel_.run(pool);
  }

  GlobalPool2dKind kind_;
  kernels::GlobalPool2dKernel kernel_;
  std::int64_t block_;
  std::int64_t pixels_;
  Split split_;
};

void expect_image(const OpSpec& spec, const Shape& image) {
  require(image.rank() == 4 && image[2] > 0 && image[3] > 0, ErrorKind::kShape, spec.op,
          ": x must be [N, C, H, W] with at least one pixel, its shape is ", image);
}

std::unique_ptr<Operator> make_forward(const OpSpec& spec, GlobalPool2dKind kind) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  const Shape& image = spec.inputs[0].shape;
  expect_image(spec, image);
  expect_output(spec, 0, {image[0], image[1], 1, 1});
  return std::make_unique<GlobalPool2dOperator>(image, kind);
}

}  // namespace

std::optional<std::string> refuse_global_max_pool2d_nchwc(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_global_max_pool2d_nchwc(const OpSpec& spec) {
  return make_forward(spec, GlobalPool2dKind::kMax);
}

std::optional<std::string> refuse_global_average_pool2d_nchwc(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_global_average_pool2d_nchwc(const OpSpec& spec) {
  return make_forward(spec, GlobalPool2dKind::kAverage);
}

std::optional<std::string> refuse_global_max_pool2d_backward_nchwc(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_global_max_pool2d_backward_nchwc(const OpSpec& spec) {
  expect_float_inputs(spec, 3);
  expect_outputs(spec, 1);
  const Shape& image = spec.inputs[1].shape;
  expect_image(spec, image);
  expect_shape(spec, 0, {image[0], image[1], 1, 1});
  expect_shape(spec, 2, {image[0], image[1], 1, 1});
  expect_output(spec, 0, image);
  return std::make_unique<GlobalPool2dOperator>(image, GlobalPool2dKind::kMaxBackward);
}

std::optional<std::string> refuse_global_average_pool2d_backward_nchwc(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_global_average_pool2d_backward_nchwc(const OpSpec& spec) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  spec.expect_rank(0, 4);
  const std::vector<std::int64_t> size = spec.attributes.get_ints("input_size", 2);
  const Shape& grad_y = spec.inputs[0].shape;
  const Shape image = {grad_y[0], grad_y[1], size[0], size[1]};
  expect_image(spec, image);
  expect_shape(spec, 0, {image[0], image[1], 1, 1});
  expect_output(spec, 0, image);
  return std::make_unique<GlobalPool2dOperator>(image, GlobalPool2dKind::kAverageBackward);
}

}  // namespace fastcnn::ops
