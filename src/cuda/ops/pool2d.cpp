#include "cuda/kernels/pool2d/pool2d.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/pooling/pool2d_window.h"

// Pooling by windows, and its gradients.
namespace fastcnn::cuda {
namespace {

Pool2d pool_of(const ops::PoolWindow& window) {
  const kernels::Pool2d g = window.geometry();
  const auto extent = [](std::size_t value) { return static_cast<std::int32_t>(value); };
  Pool2d pool = {};
  pool.size = window.pooled().count();
  pool.h = extent(g.h), pool.w = extent(g.w);
  pool.channels = narrow(window.image()[1]);
  pool.oh = extent(g.oh), pool.ow = extent(g.ow);
  pool.kernel_h = extent(g.kernel_h), pool.kernel_w = extent(g.kernel_w);
  pool.stride_h = extent(g.stride_h), pool.stride_w = extent(g.stride_w);
  pool.dilation_h = extent(g.dilation_h), pool.dilation_w = extent(g.dilation_w);
  pool.pad_top = extent(g.pad_top), pool.pad_left = extent(g.pad_left);
  pool.padded_h = extent(g.padded_h), pool.padded_w = extent(g.padded_w);
  pool.count_include_pad = g.count_include_pad;
  return pool;
}

using Pool2dKernel = void (*)(const Pool2d&, cudaStream_t);
using Pool2dBackwardKernel = void (*)(const Pool2dBackward&, cudaStream_t);

class Pool2dOperator final : public Operator {
 public:
  Pool2dOperator(const ops::PoolWindow& window, const char* name, Pool2dKernel run)
      : pool_(pool_of(window)), run_(run) {
    kernel = name;
    flops = window.flops();
    input_layouts = {Layout::kNhwc};
    output_layouts = {Layout::kNhwc};
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

// From grad_y or, of the maximum, from grad_y, x and y.
class Pool2dBackwardOperator final : public Operator {
 public:
  Pool2dBackwardOperator(const ops::PoolWindow& window, const char* name, std::size_t inputs,
                         Pool2dBackwardKernel run)
      : pool_{pool_of(window), nullptr, nullptr, window.image().count()}, run_(run) {
    kernel = name;
    flops = window.flops();
    input_layouts.assign(inputs, Layout::kNhwc);
    output_layouts = {Layout::kNhwc};
  }

  void enqueue(const RunArgs& args) const override {
    if (pool_.size == 0) return;
    Pool2dBackward pool = pool_;
    pool.grad_dst = args.src(0);
    pool.grad_src = args.dst(0);
    if (input_layouts.size() == 3) {
      pool.window.src = args.src(1);
      pool.window.dst = const_cast<float*>(args.src(2));  // read only by this kernel
    }
    run_(pool, args.stream);
  }

 private:
  Pool2dBackward pool_;
  Pool2dBackwardKernel run_;
};

std::optional<std::string> refuse_window(const ops::OpSpec& spec, const ops::PoolWindow& window) {
  const kernels::Pool2d g = window.geometry();
  for (const std::size_t extent :
       {g.padded_h, g.padded_w, g.dilation_h * g.kernel_h + g.oh * g.stride_h,
        g.dilation_w * g.kernel_w + g.ow * g.stride_w}) {
    if (extent > std::size_t{1} << 30) return "an extent in pixels of more than 2^30";
  }
  return refuse_types_and_sizes(spec);
}

std::optional<std::string> refuse_pooling(const ops::OpSpec& spec) {
  ops::expect_float_inputs(spec, 1);
  return refuse_window(spec, ops::PoolWindow(spec, spec.inputs[0].shape));
}

std::unique_ptr<Operator> make_pool2d(const ops::OpSpec& spec, const char* name, Pool2dKernel run) {
  ops::expect_outputs(spec, 1);
  const ops::PoolWindow window(spec, spec.inputs[0].shape);
  ops::expect_output(spec, 0, window.pooled());
  return std::make_unique<Pool2dOperator>(window, name, run);
}

}  // namespace

std::optional<std::string> refuse_max_pool2d_nhwc(const ops::OpSpec& spec) {
  return refuse_pooling(spec);
}

std::unique_ptr<Operator> make_max_pool2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return make_pool2d(spec, "max_pool2d_f32_nhwc", &max_pool2d);
}

std::optional<std::string> refuse_average_pool2d_nhwc(const ops::OpSpec& spec) {
  return refuse_pooling(spec);
}

std::unique_ptr<Operator> make_average_pool2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return make_pool2d(spec, "average_pool2d_f32_nhwc", &average_pool2d);
}

std::optional<std::string> refuse_max_pool2d_backward_nhwc(const ops::OpSpec& spec) {
  return refuse_window(spec, ops::parse_max_pool2d_backward(spec));
}

std::unique_ptr<Operator> make_max_pool2d_backward_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<Pool2dBackwardOperator>(ops::parse_max_pool2d_backward(spec),
                                                  "max_pool2d_backward_f32_nhwc", 3,
                                                  &max_pool2d_backward);
}

std::optional<std::string> refuse_average_pool2d_backward_nhwc(const ops::OpSpec& spec) {
  return refuse_window(spec, ops::parse_average_pool2d_backward(spec));
}

std::unique_ptr<Operator> make_average_pool2d_backward_nhwc(const ops::OpSpec& spec,
                                                            const Layouts&) {
  return std::make_unique<Pool2dBackwardOperator>(ops::parse_average_pool2d_backward(spec),
                                                  "average_pool2d_backward_f32_nhwc", 1,
                                                  &average_pool2d_backward);
}

}  // namespace fastcnn::cuda
