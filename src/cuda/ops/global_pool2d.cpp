#include "cuda/kernels/global_pool2d/global_pool2d.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"

namespace fastcnn::cuda {
namespace {

using GlobalPool2dKernel = void (*)(const GlobalPool2d&, cudaStream_t);

class GlobalPool2dOperator final : public Operator {
 public:
  GlobalPool2dOperator(const Shape& image, const char* name, GlobalPool2dKernel run) : run_(run) {
    kernel = name;
    flops = static_cast<double>(image.count());
    input_layouts = {Layout::kNhwc};
    output_layouts = {Layout::kNhwc};
    pool_ = {nullptr, nullptr, narrow(image[0]), narrow(image[2] * image[3]), narrow(image[1])};
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

std::optional<std::string> refuse_image(const ops::OpSpec& spec) {
  ops::expect_float_inputs(spec, 1);
  spec.expect_rank(0, 4);
  if (spec.inputs[0].shape[0] > 65535) return "more than 65535 images";
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_global_pool2d(const ops::OpSpec& spec, const char* name,
                                             GlobalPool2dKernel run) {
  const Shape& image = spec.inputs[0].shape;
  require(image[2] > 0 && image[3] > 0, ErrorKind::kShape, spec.op,
          ": x must have at least one pixel, its shape is ", image);
  ops::expect_outputs(spec, 1);
  ops::expect_output(spec, 0, {image[0], image[1], 1, 1});
  return std::make_unique<GlobalPool2dOperator>(image, name, run);
}

}  // namespace

std::optional<std::string> refuse_global_max_pool2d_nhwc(const ops::OpSpec& spec) {
  return refuse_image(spec);
}

std::unique_ptr<Operator> make_global_max_pool2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return make_global_pool2d(spec, "global_max_pool2d_f32_nhwc", &global_max_pool2d);
}

std::optional<std::string> refuse_global_average_pool2d_nhwc(const ops::OpSpec& spec) {
  return refuse_image(spec);
}

std::unique_ptr<Operator> make_global_average_pool2d_nhwc(const ops::OpSpec& spec, const Layouts&) {
  return make_global_pool2d(spec, "global_average_pool2d_f32_nhwc", &global_average_pool2d);
}

}  // namespace fastcnn::cuda
