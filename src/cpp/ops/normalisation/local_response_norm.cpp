#include "kernels/local_response_norm/local_response_norm.h"

#include <algorithm>

#include "cpu/isa.h"
#include "ops/checks.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// Runs of pixels of a sample are shared out; each thread has a line of its own.
class LocalResponseNormOp final : public Operator {
 public:
  explicit LocalResponseNormOp(const OpSpec& spec)
      : kernel_(kernels::select_local_response_norm()), lanes_(cpu::block()) {
    const Shape& x = spec.inputs[0].shape;
    const std::int64_t size = spec.attributes.get_int("size");
    pixels_ = x[2] * x[3];
    samples_ = x[0];
    whole_.channels = static_cast<std::size_t>(x[1]);
    whole_.plane = static_cast<std::size_t>(pixels_) * lanes_;
    whole_.size = static_cast<std::size_t>(size);
    whole_.before = static_cast<std::size_t>((size - 1) / 2);
    whole_.scale =
        static_cast<float>(spec.attributes.get_float("alpha") / static_cast<double>(size));
    whole_.beta = static_cast<float>(spec.attributes.get_float("beta"));
    whole_.bias = static_cast<float>(spec.attributes.get_float("bias"));
    sample_ = round_up(x[1], static_cast<std::int64_t>(lanes_)) * pixels_;
    whole_.line_size = kernels::line_count(whole_.channels, whole_.size, lanes_);
    kernel = kernel_.name;
    input_layouts = {Layout::kBlocked};
    output_layouts = {Layout::kBlocked};
    in_place = {{0, 0}};
    flops = static_cast<double>(x.count()) * static_cast<double>(size + 6);
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return threads * whole_.line_size * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    const double cost = 12.0 * static_cast<double>(whole_.channels);
    const Split split(samples_ * pixels_, cost);
    split.run_tasks(args.parallel, [&](std::size_t task, std::size_t thread) {
      const std::int64_t end = split.end(task);
      for (std::int64_t begin = split.begin(task); begin < end;) {
        const std::int64_t sample = begin / pixels_;
        const std::int64_t last = std::min(end, (sample + 1) * pixels_);
        const std::int64_t at =
            sample * sample_ + (begin - sample * pixels_) * static_cast<std::int64_t>(lanes_);
        kernels::LocalResponseNorm part = whole_;
        part.pixels = static_cast<std::size_t>(last - begin);
        part.src = args.src(0) + at;
        part.dst = args.dst(0) + at;
        part.line = static_cast<float*>(args.scratch) + thread * whole_.line_size;
        kernel_.run(part);
        begin = last;
      }
    });
  }

 private:
  const kernels::LocalResponseNormKernel& kernel_;
  std::size_t lanes_;
  std::int64_t samples_;
  std::int64_t pixels_;
  std::int64_t sample_;  // elements of one
  kernels::LocalResponseNorm whole_{};
};

}  // namespace

std::optional<std::string> refuse_local_response_norm_nchwc(const OpSpec& spec) {
  spec.expect_inputs(1, 1);
  expect_outputs(spec, 1);
  if (const auto other = refuse_types_but_float(spec)) return other;
  const Shape& x = spec.inputs[0].shape;
  if (x.rank() != 4) return join("rank ", x.rank(), " has no blocked layout");
  const std::int64_t size = spec.attributes.get_int("size");
  require(size >= 1 && size <= 4096, ErrorKind::kValue, spec.op, ": size is ", size,
          "; it must be at least 1 and at most 4096");
  expect_output(spec, 0, x);
  return std::nullopt;
}

std::unique_ptr<Operator> make_local_response_norm_nchwc(const OpSpec& spec) {
  return std::make_unique<LocalResponseNormOp>(spec);
}

}  // namespace fastcnn::ops
