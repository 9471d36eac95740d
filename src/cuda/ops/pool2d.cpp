#include "cuda/kernels/pool2d/pool2d.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/pool2d_window.h"

namespace fastcnn::cuda {
namespace {

using Pool2dKernel = void (*)(const Pool2d&, cudaStream_t);

// max_pool2d, average_pool2d.
class Pool2dOperator final : public Operator {
 public:
  Pool2dOperator(const ops::PoolWindow& window, const char* name, Pool2dKernel run) : run_(run) {
    kernel = name;
    flops = window.flops();
    input_layouts = {Layout::kNhwc};
    output_layouts = {Layout::kNhwc};
    const kernels::Pool2d g = window.geometry();
    const auto extent = [](std::size_t value) { return static_cast<std::int32_t>(value); };
    pool_ = {};
    pool_.size = window.pooled().count();
    pool_.h = extent(g.h), pool_.w = extent(g.w);
    pool_.channels = narrow(window.image()[1]);
    pool_.oh = extent(g.oh), pool_.ow = extent(g.ow);
    pool_.kernel_h = extent(g.kernel_h), pool_.kernel_w = extent(g.kernel_w);
    pool_.stride_h = extent(g.stride_h), pool_.stride_w = extent(g.stride_w);
    pool_.dilation_h = extent(g.dilation_h), pool_.dilation_w = extent(g.dilation_w);
    pool_.pad_top = extent(g.pad_top), pool_.pad_left = extent(g.pad_left);
    pool_.padded_h = extent(g.padded_h), pool_.padded_w = extent(g.padded_w);
    pool_.count_include_pad = g.count_include_pad;
  }

  void enqueue(const RunArgs& args) const override {
    if (pool_.size == 0) return;
    Pool2d pool = pool_;
    pool.src = args.src(0);
    pool.dst = args.dst(0);
    run_(pool, args.stream);
  }

 private:
  Pool2d pool_;
  Pool2dKernel run_;
};

std::optional<std::string> refuse_window(const ops::OpSpec& spec) {
  ops::expect_float_inputs(spec, 1);
  const kernels::Pool2d g = ops::PoolWindow(spec, spec.inputs[0].shape).geometry();
  for (const std::size_t extent :
       {g.padded_h, g.padded_w, g.dilation_h * g.kernel_h + g.oh * g.stride_h,
        g.dilation_w * g.kernel_w + g.ow * g.stride_w}) {
    if (extent > std::size_t{1} << 30) return "an extent in pixels of more than 2^30";
  }
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_pool2d(const ops::OpSpec& spec, const char* name, Pool2dKernel run) {
  ops::expect_outputs(spec, 1);
  const ops::PoolWindow window(spec, spec.inputs[0].shape);
  ops::expect_output(spec, 0, window.pooled());
  return std::make_unique<Pool2dOperator>(window, name, run);
}

}  // namespace

std::optional<std::string> refuse_max_pool2d_nhwc(const ops::OpSpec& spec) {
  return refuse_window(spec);
}

std::unique_ptr<Operator> make_max_pool2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return make_pool2d(spec, "max_pool2d_f32_nhwc", &max_pool2d);
}

std::optional<std::string> refuse_average_pool2d_nhwc(const ops::OpSpec& spec) {
  return refuse_window(spec);
}

std::unique_ptr<Operator> make_average_pool2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return make_pool2d(spec, "average_pool2d_f32_nhwc", &average_pool2d);
}

}  // namespace fastcnn::cuda
