#include "cuda/kernels/channel_norms/channel_norms.h"

#include "cuda/ops/checks.h"
#include "cuda/ops/operator.h"
#include "ops/normalisation/normalisation_checks.h"
#include "ops/stored_shape.h"

// instance_norm and local_response_norm: images NHWC, other tensors plain.
namespace fastcnn::cuda {
namespace {

Layout normed_layout(const Shape& shape) {
  return shape.rank() == 4 ? Layout::kNhwc : Layout::kPlain;
}

ChannelPlaces channel_places(const Shape& x) {
  const std::int64_t pixels = ops::extent_product(x, 2, x.rank());
  const bool nhwc = normed_layout(x) == Layout::kNhwc;
  return {narrow(x[0]), narrow(x[1]), narrow(pixels), narrow(nhwc ? 1 : pixels),
          narrow(nhwc ? x[1] : 1)};
}

class InstanceNormOperator final : public Operator {
 public:
  explicit InstanceNormOperator(const ops::OpSpec& spec)
      : norm_{}, size_(spec.inputs[0].shape.count()) {
    const Layout layout = normed_layout(spec.inputs[0].shape);
    kernel = "instance_norm_f32";
    flops = 7.0 * static_cast<double>(size_);
    input_layouts = {layout, Layout::kPlain, Layout::kPlain};
    output_layouts = {layout};
    norm_.at = channel_places(spec.inputs[0].shape);
    norm_.epsilon = static_cast<float>(spec.attributes.get_float("epsilon"));
  }

  void enqueue(const RunArgs& args) const override {
    if (size_ == 0) return;
    InstanceNorm norm = norm_;
    norm.src = args.src(0);
    norm.gamma = args.src(1);
    norm.beta = args.src(2);
    norm.dst = args.dst(0);
    instance_norm(norm, args.stream);
  }

 private:
  InstanceNorm norm_;
  std::int64_t size_;
};

class LocalResponseNormOperator final : public Operator {
 public:
  explicit LocalResponseNormOperator(const ops::OpSpec& spec)
      : norm_{}, size_(spec.inputs[0].shape.count()) {
    const Layout layout = normed_layout(spec.inputs[0].shape);
    const std::int64_t around = spec.attributes.get_int("size");
    kernel = "local_response_norm_f32";
    flops = static_cast<double>(size_) * static_cast<double>(2 * around + 25);
    input_layouts = {layout};
    output_layouts = {layout};
    norm_.at = channel_places(spec.inputs[0].shape);
    norm_.size = narrow(around);
    norm_.before = narrow((around - 1) / 2);
    norm_.scale =
        static_cast<float>(spec.attributes.get_float("alpha") / static_cast<double>(around));
    norm_.beta = static_cast<float>(spec.attributes.get_float("beta"));
    norm_.bias = static_cast<float>(spec.attributes.get_float("bias"));
  }

  void enqueue(const RunArgs& args) const override {
    if (size_ == 0) return;
    LocalResponseNorm norm = norm_;
    norm.src = args.src(0);
    norm.dst = args.dst(0);
    local_response_norm(norm, args.stream);
  }

 private:
  LocalResponseNorm norm_;
  std::int64_t size_;
};

}  // namespace

std::optional<std::string> refuse_instance_norm(const ops::OpSpec& spec) {
  ops::expect_instance_norm(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_instance_norm(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<InstanceNormOperator>(spec);
}

std::optional<std::string> refuse_local_response_norm(const ops::OpSpec& spec) {
  ops::expect_local_response_norm(spec);
  return refuse_types_and_sizes(spec);
}

std::unique_ptr<Operator> make_local_response_norm(const ops::OpSpec& spec, const Layouts&) {
  return std::make_unique<LocalResponseNormOperator>(spec);
}

}  // namespace fastcnn::cuda
