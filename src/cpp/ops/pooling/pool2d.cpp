#include "kernels/pool2d/pool2d.h"

#include <algorithm>

#include "ops/checks.h"
#include "ops/pooled.h"
#include "ops/pooling/pool2d_window.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

using kernels::Pool2dKind;

// max_pool2d, average_pool2d: rows of y, over all planes, are shared out.
class Pool2dOperator final : public Operator, public Pooling {
 public:
  Pool2dOperator(const PoolWindow& window, Pool2dKind kind)
      : window_(window),
        kind_(kind),
        kernel_(kernels::select_pool2d(kind)),
        split_(window.planes() * window.pooled_rows(),
               window.plane_bytes() / static_cast<double>(window.pooled_rows())) {
    kernel = kernel_.name;
    flops = window.flops();
    input_layouts = {Layout::kBlocked};
    output_layouts = {Layout::kBlocked};
  }

  bool keeps_largest_of_2x2() const override {
    return kind_ == Pool2dKind::kMax && window_.halves();
  }

  void run(const RunArgs& args) const override {
    split_.run(args.parallel, [&](std::int64_t row, std::int64_t end) {
      kernels::Pool2d pool = window_.geometry();
      const std::int64_t rows = window_.pooled_rows();
      while (row < end) {
        const std::int64_t plane = row / rows;
        const std::int64_t last = std::min(end, (plane + 1) * rows);
        pool.src = args.src(0) + plane * window_.plane_stride();
        pool.dst = args.dst(0) + plane * window_.pooled_stride();
        pool.first_row = static_cast<std::size_t>(row - plane * rows);
        pool.last_row = static_cast<std::size_t>(last - plane * rows);
        kernel_.run(pool);
        row = last;
      }
    });
  }

 private:
  PoolWindow window_;
  Pool2dKind kind_;
  kernels::Pool2dKernel kernel_;
  Split split_;
};

std::unique_ptr<Operator> make_pool2d(const OpSpec& spec, Pool2dKind kind) {
  expect_float_inputs(spec, 1);
  expect_outputs(spec, 1);
  const PoolWindow window(spec, spec.inputs[0].shape);
  expect_output(spec, 0, window.pooled());
  return std::make_unique<Pool2dOperator>(window, kind);
}

}  // namespace

std::optional<std::string> refuse_max_pool2d_nchwc(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_max_pool2d_nchwc(const OpSpec& spec) {
  return make_pool2d(spec, Pool2dKind::kMax);
}

std::optional<std::string> refuse_average_pool2d_nchwc(const OpSpec&) { return std::nullopt; }

std::unique_ptr<Operator> make_average_pool2d_nchwc(const OpSpec& spec) {
  return make_pool2d(spec, Pool2dKind::kAverage);
}

}  // namespace fastcnn::ops
