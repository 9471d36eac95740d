#include "ops/conv2d_winograd.h"

#include <memory>
#include <optional>
#include <string>

#include "ops/winograd_cost.h"

namespace fastcnn::ops {
namespace {

// Winograd is taken where it needs at most this share of the cycles of the plain sum.
constexpr double kShare = 0.9;

class Conv2dWinograd final : public Conv2dNode {
 public:
  Conv2dWinograd(const OpSpec& spec, std::int64_t m)
      : Conv2dNode(spec, Layout::kBlocked, Layout::kBlocked), plan_(parse_conv2d(spec), m) {
    kernel = plan_.kernel_name();
    flops = parse_conv2d(spec).flops();
    packings = {plan_.packing(1)};
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_.scratch_bytes(threads);
  }

  void run(const RunArgs& args) const override {
    plan_.run(operands(args), args.scratch, args.parallel);
  }

 private:
  Conv2dWinogradPlan plan_;
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
