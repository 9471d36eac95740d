#include "kernels/resize/resize.h"

#include <algorithm>

#include "cpu/isa.h"
#include "ops/checks.h"
#include "ops/movement/resize_axis.h"
#include "ops/split.h"

// resize of the rows and columns of blocked images. Rows of the result, over all planes, are shared
// out.
namespace fastcnn::ops {
namespace {

class ResizeOp final : public Operator {
 public:
  explicit ResizeOp(const OpSpec& spec)
      : kernel_(kernels::select_resize()),
        rows_(spec, 2),
        columns_(spec, 3),
        lanes_(static_cast<std::int64_t>(cpu::block())) {
    const Shape& x = spec.inputs[0].shape;
    const Shape& y = spec.outputs[0].shape;
    planes_ = x[0] * divide_up(x[1], lanes_);
    oh_ = y[2];
    plane_ = x[2] * x[3] * lanes_;
    row_ = y[3] * lanes_;
    whole_.w = static_cast<std::size_t>(x[3]);
    whole_.ow = static_cast<std::size_t>(y[3]);
    kernel = kernel_.name;
    input_layouts = {Layout::kBlocked};
    output_layouts = {Layout::kBlocked};
    flops = 2.0 * static_cast<double>(y.count()) * static_cast<double>(columns_.taps());
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return threads * line() * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const Split split(planes_ * oh_, 3.0 * sizeof(float) * static_cast<double>(row_));
    split.run_tasks(args.parallel, [&](std::size_t task, std::size_t thread) {
      kernels::Resize part = whole_;
      part.rows = rows_.table();
      part.columns = columns_.table();
      part.line = static_cast<float*>(args.scratch) + thread * line();
      const std::int64_t end = split.end(task);
      for (std::int64_t begin = split.begin(task); begin < end;) {
        const std::int64_t plane = begin / oh_;
        const std::int64_t last = std::min(end, (plane + 1) * oh_);
        part.src = args.src(0) + plane * plane_;
        part.dst = args.dst(0) + plane * oh_ * row_;
        part.first_row = static_cast<std::size_t>(begin - plane * oh_);
        part.last_row = static_cast<std::size_t>(last - plane * oh_);
        kernel_.run(part);
        begin = last;
      }
    });
  }

 private:
  std::size_t line() const { return whole_.w * static_cast<std::size_t>(lanes_); }

  const kernels::ResizeKernel& kernel_;
  ResizeAxis rows_;
  ResizeAxis columns_;
  std::int64_t lanes_;
  std::int64_t planes_;
  std::int64_t oh_;
  std::int64_t plane_;  // elements of one plane of x
  std::int64_t row_;    // elements of one row of y
  kernels::Resize whole_{};
};

}  // namespace

std::optional<std::string> refuse_resize_nchwc(const OpSpec& spec) {
  return refuse_but_pixels(spec);
}

std::unique_ptr<Operator> make_resize_nchwc(const OpSpec& spec) {
  return std::make_unique<ResizeOp>(spec);
}

}  // namespace fastcnn::ops
