#include "kernels/dense_sparse/dense_sparse.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "ops/activation.h"
#include "ops/dense/dense.h"
#include "ops/split.h"

namespace fastcnn::ops {
namespace {

// Nanoseconds of one core: for a weight of the dense product, at least to read it, else to multiply
// it with each sample; and for a step's share of one weight and one sample.
constexpr double kDenseRead = 0.33;
constexpr double kDenseMultiply = 0.016;
constexpr double kSparse = 0.3;
constexpr double kMaxDensity = 0.4;

double max_density(std::int64_t samples) {
  const auto n = static_cast<double>(samples);
  return std::min(kMaxDensity, std::max(kDenseRead, kDenseMultiply * n) / (kSparse * n));
}

// Whether more than `limit` of the weights are not zero; looks at no more of them than it needs.
bool is_denser(const float* weights, std::int64_t count, double limit) {
  constexpr std::int64_t kChunk = 1 << 16;
  const double most = limit * static_cast<double>(count);
  std::int64_t nonzeros = 0;
  for (std::int64_t i = 0; i < count && static_cast<double>(nonzeros) <= most; i += kChunk) {
    const std::int64_t end = std::min(count, i + kChunk);
    nonzeros += end - i - std::count(weights + i, weights + end, 0.0f);
  }
  return static_cast<double>(nonzeros) > most;
}

// Weights [K, M], most of them zero, in slices of as many outputs as a vector has lanes:
// [slice][step][lanes] places, and then weights of the same shape. The place K is a zero behind the
// features.
class DenseSparseWeights {
 public:
  DenseSparseWeights(const Shape& shape, const float* weights)
      : features_(shape[0]), outputs_(shape[1]), lanes_(static_cast<std::int64_t>(cpu::block())) {
    std::vector<std::int64_t> nonzeros(static_cast<std::size_t>(round_up(outputs_, lanes_)));
    for (std::int64_t k = 0; k < features_; ++k) {
      for (std::int64_t m = 0; m < outputs_; ++m) {
        nonzeros[static_cast<std::size_t>(m)] += weights[k * outputs_ + m] != 0.0f;
      }
    }
    first_step_.push_back(0);
    for (auto slice = nonzeros.begin(); slice != nonzeros.end(); slice += lanes_) {
      first_step_.push_back(first_step_.back() + *std::max_element(slice, slice + lanes_));
      nonzeros_ += std::accumulate(slice, slice + lanes_, std::int64_t{0});
    }
  }

  std::int64_t slices() const { return static_cast<std::int64_t>(first_step_.size()) - 1; }
  std::int64_t steps(std::int64_t slice) const {
    return first_step_[static_cast<std::size_t>(slice + 1)] - first(slice);
  }
  std::int64_t nonzeros() const { return nonzeros_; }
  // What is multiplied, padding too, as a share of all weights.
  double density() const {
    return static_cast<double>(floats()) / static_cast<double>(features_ * outputs_);
  }
  const std::int32_t* places(const void* packed, std::int64_t slice) const {
    return static_cast<const std::int32_t*>(packed) + first(slice) * lanes_;
  }
  const float* weights(const void* packed, std::int64_t slice) const {
    return static_cast<const float*>(packed) + floats() + first(slice) * lanes_;
  }

  static Packing packing(std::shared_ptr<const DenseSparseWeights> self, std::size_t input) {
    Packing packing;
    packing.input = input;
    packing.format = join("dense_sparse: lanes ", self->lanes_);
    packing.size_bytes = static_cast<std::size_t>(2 * self->floats()) * sizeof(float);
    packing.pack = [](const Packing& packed, const void* src, void* dst, cpu::Parallel) {
      static_cast<const DenseSparseWeights*>(packed.parameters.get())
          ->pack(static_cast<const float*>(src), dst);
    };
    packing.parameters = std::move(self);
    return packing;
  }

 private:
  std::int64_t first(std::int64_t slice) const {
    return first_step_[static_cast<std::size_t>(slice)];
  }
  std::int64_t floats() const { return first_step_.back() * lanes_; }

  void pack(const float* src, void* dst) const {
    auto* const places = static_cast<std::int32_t*>(dst);
    float* const weights = static_cast<float*>(dst) + floats();
    std::fill_n(places, floats(), static_cast<std::int32_t>(features_));
    std::fill_n(weights, floats(), 0.0f);
    std::vector<std::int64_t> next;
    for (std::int64_t m = 0; m < outputs_; ++m) {
      next.push_back(first(m / lanes_) * lanes_ + m % lanes_);
    }
    for (std::int64_t k = 0; k < features_; ++k) {
      for (std::int64_t m = 0; m < outputs_; ++m) {
        const float weight = src[k * outputs_ + m];
        if (weight == 0.0f) continue;
        std::int64_t& place = next[static_cast<std::size_t>(m)];
        places[place] = static_cast<std::int32_t>(k);
        weights[place] = weight;
        place += lanes_;
      }
    }
  }

  std::int64_t features_;
  std::int64_t outputs_;
  std::int64_t lanes_;
  std::vector<std::int64_t> first_step_;  // [slice], and the end of the last one
  std::int64_t nonzeros_ = 0;
};

// y = clamp(x w + b). Slices are shared out; x is copied, to have a zero behind each sample.
class DenseSparseOperator final : public Operator {
 public:
  explicit DenseSparseOperator(const OpSpec& spec)
      : samples_(spec.inputs[0].shape[0]),
        features_(spec.inputs[0].shape[1]),
        outputs_(spec.inputs[1].shape[1]),
        lanes_(static_cast<std::int64_t>(cpu::block())),
        weights_(std::make_shared<DenseSparseWeights>(spec.inputs[1].shape,
                                                      static_cast<const float*>(spec.constant(1)))),
        clamp_(activation_of(spec)),
        kernel_(kernels::select_dense_sparse()) {
    kernel = kernel_.name;
    flops = 2.0 * static_cast<double>(weights_->nonzeros()) * static_cast<double>(samples_);
    packings = {DenseSparseWeights::packing(weights_, 1)};
    input_layouts.assign(3, Layout::kPlain);
    output_layouts = {Layout::kPlain};
  }

  std::size_t scratch_bytes(std::size_t) const override {
    return static_cast<std::size_t>(samples_ * (features_ + 1)) * sizeof(float);
  }

  void run(const RunArgs& args) const override {
    float* const x = static_cast<float*>(args.scratch);
    const Split copies(samples_, static_cast<double>(features_));
    copies.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t n = begin; n < end; ++n) {
        float* const to = x + n * (features_ + 1);
        std::copy_n(args.src(0) + n * features_, features_, to);
        to[features_] = 0.0f;
      }
    });
    const std::int64_t slices = weights_->slices();
    const Split split(slices, flops / static_cast<double>(std::max<std::int64_t>(slices, 1)));
    split.run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t s = begin; s < end; ++s) run_slice(args, x, s);
    });
  }

 private:
  void run_slice(const RunArgs& args, const float* x, std::int64_t slice) const {
    const std::int64_t output = slice * lanes_;
    kernel_.run({x, static_cast<std::size_t>(features_ + 1),
                 weights_->places(args.packed[0], slice), weights_->weights(args.packed[0], slice),
                 static_cast<std::size_t>(weights_->steps(slice)), args.src(2) + output,
                 args.dst(0) + output, static_cast<std::size_t>(outputs_),
                 static_cast<std::size_t>(std::min(lanes_, outputs_ - output)),
                 static_cast<std::size_t>(samples_), clamp_.low, clamp_.high});
  }

  std::int64_t samples_;
  std::int64_t features_;
  std::int64_t outputs_;
  std::int64_t lanes_;
  std::shared_ptr<const DenseSparseWeights> weights_;
  Clamp clamp_;
  const kernels::DenseSparseKernel& kernel_;
};

}  // namespace

std::optional<std::string> refuse_dense_sparse(const OpSpec& spec) {
  expect_dense(spec);
  if (spec.constant(1) == nullptr) return "the weights are not constant";
  const Shape& w = spec.inputs[1].shape;
  if (spec.inputs[0].shape[0] * w.count() == 0) return "there is nothing to compute";
  if (w[0] >= std::numeric_limits<std::int32_t>::max()) return "it has too many features";
  const auto* const weights = static_cast<const float*>(spec.constant(1));
  const double limit = max_density(spec.inputs[0].shape[0]);
  const auto percent = static_cast<int>(100 * limit);
  if (is_denser(weights, w.count(), limit)) {
    return join("over ", percent, "% of the weights are not zero");
  }
  if (DenseSparseWeights(w, weights).density() > limit) {
    return join("over ", percent, "% of the weights would be multiplied, padding too");
  }
  return std::nullopt;
}

std::unique_ptr<Operator> make_dense_sparse(const OpSpec& spec) {
  return std::make_unique<DenseSparseOperator>(spec);
}

}  // namespace fastcnn::ops
