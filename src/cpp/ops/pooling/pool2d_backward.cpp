#include "kernels/pool2d/pool2d.h"
#include "ops/pooling/pool2d_window.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

using kernels::Pool2dKind;

// max_pool2d_backward (grad_y, x, y) and average_pool2d_backward (grad_y): planes are shared out,
// so that overlapping windows add up in one order.
class Pool2dBackwardOperator final : public Operator {
 public:
  Pool2dBackwardOperator(const PoolWindow& window, Pool2dKind kind)
      : window_(window),
        kind_(kind),
        kernel_(kernels::select_pool2d(kind)),
        split_(window.planes(), 2 * window.plane_bytes()) {
    kernel = kernel_.name;
    flops = window.flops();
    input_layouts.assign(kind == Pool2dKind::kMaxBackward ? 3 : 1, Layout::kBlocked);
    output_layouts = {Layout::kBlocked};
  }

  void run(const RunArgs& args) const override {
    split_.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      kernels::Pool2d pool = window_.geometry();
      for (std::int64_t plane = begin; plane < end; ++plane) {
        const std::size_t at = plane * window_.plane_stride();
        const std::size_t at_pooled = plane * window_.pooled_stride();
        pool.grad_dst = args.src(0) + at_pooled;
        pool.grad_src = args.dst(0) + at;
        if (kind_ == Pool2dKind::kMaxBackward) {
          pool.src = args.src(1) + at;
          pool.dst = const_cast<float*>(args.src(2)) + at_pooled;  // read only by this kind
        }
        kernel_.run(pool);
      }
    });
  }

 private:
  PoolWindow window_;
  Pool2dKind kind_;
  kernels::Pool2dKernel kernel_;
  Split split_;
};

}  // namespace

std::optional<std::string> refuse_max_pool2d_backward_nchwc(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_max_pool2d_backward_nchwc(const OpSpec& spec) {
  return std::make_unique<Pool2dBackwardOperator>(parse_max_pool2d_backward(spec),
                                                  Pool2dKind::kMaxBackward);
}

std::optional<std::string> refuse_average_pool2d_backward_nchwc(const OpSpec&) {
  return std::nullopt;
}

std::unique_ptr<Operator> make_average_pool2d_backward_nchwc(const OpSpec& spec) {
  return std::make_unique<Pool2dBackwardOperator>(parse_average_pool2d_backward(spec),
                                                  Pool2dKind::kAverageBackward);
}

}  // namespace fastcnn::ops
