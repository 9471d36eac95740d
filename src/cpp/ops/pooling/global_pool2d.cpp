#include "kernels/global_pool2d/global_pool2d.h"

#include "cpu/isa.h"
#include "ops/pooling/global_pool2d.h"
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

std::unique_ptr<Operator> make_forward(const OpSpec& spec, GlobalPool2dKind kind) {
  return std::make_unique<GlobalPool2dOperator>(parse_global_pool2d(spec), kind);
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
  return std::make_unique<GlobalPool2dOperator>(parse_global_max_pool2d_backward(spec),
                                                GlobalPool2dKind::kMaxBackward);
}

std::optional<std::string> refuse_global_average_pool2d_backward_nchwc(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_global_average_pool2d_backward_nchwc(const OpSpec& spec) {
  return std::make_unique<GlobalPool2dOperator>(parse_global_average_pool2d_backward(spec),
                                                GlobalPool2dKind::kAverageBackward);
}

}  // namespace fastcnn::ops
