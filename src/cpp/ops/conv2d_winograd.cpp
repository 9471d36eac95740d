#include "ops/conv2d_winograd.h"

#include <memory>
#include <optional>
#include <string>

#include "ops/winograd_cost.h"

namespace fastcnn::ops {
namespace {

// Winograd is taken where it needs at most this share of the cycles of the plain sum.
constexpr double kShare = 0.9;

// y = act(x * w + b + residual)
class Conv2dWinograd final : public Operator {
 public:
  Conv2dWinograd(const OpSpec& spec, std::int64_t m)
      : clamp_(activation_of(spec)),
        plan_(parse_conv2d(spec), m),
        residual_(spec.inputs.size() == 4) {
    kernel = plan_.kernel_name();
    flops = parse_conv2d(spec).flops();
    input_layouts = {Layout::kBlocked, Layout::kPlain, Layout::kPlain};
    output_layouts = {Layout::kBlocked};
    packings = {plan_.packing(1)};
    if (residual_) {
      input_layouts.push_back(Layout::kBlocked);
      in_place = {{0, 3}};
    }
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_.scratch_bytes(threads);
  }

  void run(const RunArgs& args) const override {
    plan_.run({args.src(0), static_cast<const float*>(args.packed[0]), args.src(2),
               residual_ ? args.src(3) : nullptr, args.dst(0), clamp_},
              args.scratch, args.parallel);
  }

 private:
  Clamp clamp_;
  Conv2dWinogradPlan plan_;
  bool residual_;
};

std::optional<std::string> refuse(const OpSpec& spec, std::int64_t m) {
  const Conv2dShape s = parse_conv2d(spec);
  if (!spec.options.winograd) return "winograd is off";
  if (s.kh != 3 || s.kw != 3) return join("the kernel is ", s.kh, "x", s.kw, ", not 3x3");
  if (s.stride_h != 1 || s.stride_w != 1) return "it has strides";
  if (s.dilation_h != 1 || s.dilation_w != 1) return "it has dilations";
  if (s.groups != 1) return join("it has ", s.groups, " groups");
  if (s.n * s.ic * s.oc * s.oh * s.ow == 0) return "there is nothing to compute";
  const double share = winograd_cycles(s, m) / direct_cycles(s);
  if (share > kShare) return join("it would take ", share, " of the time of a plain sum");
  const std::int64_t other = m == 4 ? 2 : 4;
  if (winograd_cycles(s, other) < winograd_cycles(s, m)) {
    return join("tiles of ", other, "x", other, " are faster here");
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_conv2d_winograd4(const OpSpec& spec) { return refuse(spec, 4); }

std::unique_ptr<Operator> make_conv2d_winograd4(const OpSpec& spec) {
  return std::make_unique<Conv2dWinograd>(spec, 4);
}

std::optional<std::string> refuse_conv2d_winograd2(const OpSpec& spec) { return refuse(spec, 2); }

std::unique_ptr<Operator> make_conv2d_winograd2(const OpSpec& spec) {
  return std::make_unique<Conv2dWinograd>(spec, 2);
}

}  // namespace fastcnn::ops
