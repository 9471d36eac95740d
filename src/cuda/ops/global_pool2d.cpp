#include "cuda/kernels/global_pool2d/global_pool2d.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/pooling/global_pool2d.h"

// Pooling of whole images, and its gradients.
namespace fastcnn::cuda {
namespace {

using GlobalPool2dKernel = void (*)(const GlobalPool2d&, cudaStream_t);
using GlobalPool2dBackwardKernel = void (*)(const GlobalPool2dBackward&, cudaStream_t);

class GlobalPool2dOperator final : public Operator {
 public:
  GlobalPool2dOperator(const Shape& image, const char* name, GlobalPool2dKernel run)
      : pool_{nullptr, nullptr, narrow(image[0]), narrow(image[2] * image[3]), narrow(image[1])},
        run_(run) {
    kernel = name;
    flops = static_cast<double>(image.count());
    input_layouts = {Layout::kNhwc};
    output_layouts = {Layout::kNhwc};
  }

  void enqueue(const RunArgs& args) const override {
    if (pool_.images == 0 || pool_.channels == 0) return;
    GlobalPool2d pool = pool_;
    pool.src = args.src(0);
    pool.dst = args.dst(0);
    run_(pool, args.stream);
  }

 private:
  GlobalPool2d pool_;
  GlobalPool2dKernel run_;
};

// From grad_y or, of the maximum, from grad_y, x and y.
class GlobalPool2dBackwardOperator final : public Operator {
 public:
  GlobalPool2dBackwardOperator(const Shape& image, const char* name, std::size_t inputs,
                               GlobalPool2dBackwardKernel run)
      : pool_{}, run_(run) {
    kernel = name;
    flops = static_cast<double>(image.count());
    input_layouts.assign(inputs, Layout::kNhwc);
    output_layouts = {Layout::kNhwc};
    pool_.images = narrow(image[0]);
    pool_.pixels = narrow(image[2] * image[3]);
    pool_.channels = narrow(image[1]);
  }

  void enqueue(const RunArgs& args) const override {
    if (pool_.images == 0 || pool_.channels == 0) return;
    GlobalPool2dBackward pool = pool_;
    pool.grad_dst = args.src(0);
    pool.grad_src = args.dst(0);
    if (input_layouts.size() == 3) {
      pool.src = args.src(1);
      pool.dst = args.src(2);
    }
    run_(pool, args.stream);
  }

 private:
  GlobalPool2dBackward pool_;
  GlobalPool2dBackwardKernel run_;
};

std::optional<std::string> refuse_image(const ops::OpSpec& spec) {
  if (ops::parse_global_pool2d(spec)[0] > 65535) return "more than 65535 images";
  return refuse_types_and_sizes(spec);
}

}  // namespace

std::optional<std::string> refuse_global_max_pool2d_nhwc(const ops::OpSpec& spec) {
  return refuse_image(spec);
}

std::unique_ptr<Operator> make_global_max_pool2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<GlobalPool2dOperator>(spec.inputs[0].shape, "global_max_pool2d_f32_nhwc",
                                                &global_max_pool2d);
}

std::optional<std::string> refuse_global_average_pool2d_nhwc(const ops::OpSpec& spec) {
  return refuse_image(spec);
}

std::unique_ptr<Operator> make_global_average_pool2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<GlobalPool2dOperator>(
      spec.inputs[0].shape, "global_average_pool2d_f32_nhwc", &global_average_pool2d);
}

std::optional<std::string> refuse_global_max_pool2d_backward_nhwc(const ops::OpSpec& spec) {
  ops::parse_global_max_pool2d_backward(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_global_max_pool2d_backward_nhwc(const ops::OpSpec& spec,
                                                               const Layouts&) {
  return std::make_unique<GlobalPool2dBackwardOperator>(
      spec.inputs[1].shape, "global_max_pool2d_backward_f32_nhwc", 3, &global_max_pool2d_backward);
}

std::optional<std::string> refuse_global_average_pool2d_backward_nhwc(const ops::OpSpec& spec) {
  ops::parse_global_average_pool2d_backward(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_global_average_pool2d_backward_nhwc(const ops::OpSpec& spec,
                                                                   const Layouts&) {
  return std::make_unique<GlobalPool2dBackwardOperator>(
      ops::parse_global_average_pool2d_backward(spec), "global_average_pool2d_backward_f32_nhwc", 1,
      &global_average_pool2d_backward);
}

}  // namespace fastcnn::cuda
