#include <algorithm>
#include <cmath>

#include "ops/normalisation/normalisation_checks.h"
#include "ops/split.h"
#include "ops/stored_shape.h"

// instance_norm and local_response_norm of tensors that are no images, and so have no blocked
// layout: plain loops, sums in float64.
namespace fastcnn::ops {
namespace {

// [N, C, inner]
struct Channels {
  std::int64_t samples;
  std::int64_t channels;
  std::int64_t inner;
};

Channels channels_of(const Shape& shape) {
  return {shape[0], shape[1], extent_product(shape, 2, shape.rank())};
}

class InstanceNormPlain final : public Operator {
 public:
  explicit InstanceNormPlain(const OpSpec& spec)
      : x_(channels_of(spec.inputs[0].shape)), epsilon_(spec.attributes.get_float("epsilon")) {
    kernel = "instance_norm_f32__scalar";
    input_layouts.assign(3, Layout::kPlain);
    output_layouts = {Layout::kPlain};
    in_place = {{0, 0}};
  }

  void run(const RunArgs& args) const override {
    const Split split(x_.samples * x_.channels, 12.0 * static_cast<double>(x_.inner));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const float* src = args.src(0) + row * x_.inner;
        normalize(src, args.src(1)[row % x_.channels], args.src(2)[row % x_.channels],
                  args.dst(0) + row * x_.inner);
      }
    });
  }

 private:
  void normalize(const float* src, double scale, double shift, float* dst) const {
    const auto count = static_cast<double>(x_.inner);
    double mean = 0;
    for (std::int64_t i = 0; i < x_.inner; ++i) mean += static_cast<double>(src[i]);
    mean /= count;
    double variance = 0;
    for (std::int64_t i = 0; i < x_.inner; ++i) {
      const double distance = static_cast<double>(src[i]) - mean;
      variance += distance * distance;
    }
    scale /= std::sqrt(variance / count + epsilon_);
    for (std::int64_t i = 0; i < x_.inner; ++i) {
      dst[i] = static_cast<float>((static_cast<double>(src[i]) - mean) * scale + shift);
    }
  }

  Channels x_;
  double epsilon_;
};

class LocalResponseNormPlain final : public Operator {
 public:
  explicit LocalResponseNormPlain(const OpSpec& spec)
      : x_(channels_of(spec.inputs[0].shape)),
        size_(spec.attributes.get_int("size")),
        scale_(spec.attributes.get_float("alpha") / static_cast<double>(size_)),
        beta_(spec.attributes.get_float("beta")),
        bias_(spec.attributes.get_float("bias")) {
    kernel = "local_response_norm_f32__scalar";
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
  }

  void run(const RunArgs& args) const override {
    const Split split(x_.samples * x_.channels, 40.0 * static_cast<double>(x_.inner * size_));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t channel = row % x_.channels;
        const std::int64_t low = channel - (size_ - 1) / 2;
        const std::int64_t first = std::max<std::int64_t>(low, 0) - channel;
        const std::int64_t last = std::min(low + size_, x_.channels) - channel;
        const float* src = args.src(0) + row * x_.inner;
        for (std::int64_t i = 0; i < x_.inner; ++i) {
          double sum = 0;
          for (std::int64_t k = first; k < last; ++k) {
            const auto x = static_cast<double>(src[k * x_.inner + i]);
            sum += x * x;
          }
          args.dst(0)[row * x_.inner + i] = static_cast<float>(
              static_cast<double>(src[i]) / std::pow(bias_ + scale_ * sum, beta_));
        }
      }
    });
  }

 private:
  Channels x_;
  std::int64_t size_;
  double scale_;
  double beta_;
  double bias_;
};

}  // namespace

std::optional<std::string> refuse_instance_norm_plain(const OpSpec& spec) {
  expect_instance_norm(spec);
  return refuse_types_but_float(spec);
}

std::unique_ptr<Operator> make_instance_norm_plain(const OpSpec& spec) {
  return std::make_unique<InstanceNormPlain>(spec);
}

std::optional<std::string> refuse_local_response_norm_plain(const OpSpec& spec) {
  expect_local_response_norm(spec);
  return refuse_types_but_float(spec);
}

std::unique_ptr<Operator> make_local_response_norm_plain(const OpSpec& spec) {
  return std::make_unique<LocalResponseNormPlain>(spec);
}

}  // namespace fastcnn::ops
