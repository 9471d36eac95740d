#include "ops/reduction/arg_extreme.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "ops/split.h"

// argmax, argmin: where along an axis the largest or smallest element is. A NaN is the most extreme
// of all, as in NumPy.
namespace fastcnn::ops {
namespace {

struct Best {
  bool smallest;
  bool last;  // of equal ones

  // Whether x takes the place of `best`, which came before it.
  bool beats(float x, float best) const {
    if (best != best) return last && x != x;
    if (x != x) return true;
    if (x == best) return last;
    return smallest ? x < best : x > best;
  }
};

class ArgExtreme final : public Operator {
 public:
  ArgExtreme(const OpSpec& spec, std::size_t axis)
      : best_{spec.op == "argmin", spec.attributes.get_int("select_last", 0) != 0},
        extent_(spec.inputs[0].shape[axis]),
        inner_(extent_product(spec.inputs[0].shape, axis + 1, spec.inputs[0].shape.rank())),
        outer_(extent_product(spec.inputs[0].shape, 0, axis)) {
    kernel = spec.op + "_f32__scalar";
    input_layouts = {Layout::kPlain};
    output_layouts = {Layout::kPlain};
    flops = static_cast<double>(spec.inputs[0].shape.count());
  }

  // One item is a run of neighbouring results, which share the loop along the axis.
  void run(const RunArgs& args) const override {
    const std::int64_t runs = divide_up(inner_, kRun);
    const double bytes = sizeof(float) * static_cast<double>(extent_ * std::min(inner_, kRun));
    auto* dst = static_cast<std::int32_t*>(args.outputs[0]);
    Split(outer_ * runs, bytes).run(args.parallel, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t item = begin; item < end; ++item) {
        const std::int64_t outer = item / runs;
        const std::int64_t first = item % runs * kRun;
        find(args.src(0) + outer * extent_ * inner_ + first, dst + outer * inner_ + first,
             std::min(kRun, inner_ - first));
      }
    });
  }

 private:
  static constexpr std::int64_t kRun = 64;

  void find(const float* src, std::int32_t* dst, std::int64_t count) const {
    std::array<float, kRun> found;
    std::copy(src, src + count, found.begin());
    std::fill(dst, dst + count, 0);
    for (std::int64_t k = 1; k < extent_; ++k) {
      const float* row = src + k * inner_;
      for (std::int64_t i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const bool better = best_.beats(row[i], found[at]);
        found[at] = better ? row[i] : found[at];
        dst[i] = better ? static_cast<std::int32_t>(k) : dst[i];
      }
    }
  }

  Best best_;
  std::int64_t extent_;
  std::int64_t inner_;
  std::int64_t outer_;
};

}  // namespace

std::optional<std::string> refuse_arg_extreme(const OpSpec& spec) {
  return refuse_but_extreme(spec);
}

std::unique_ptr<Operator> make_arg_extreme(const OpSpec& spec) {
  return std::make_unique<ArgExtreme>(spec, axis_of(spec, 1));
}

}  // namespace fastcnn::ops
