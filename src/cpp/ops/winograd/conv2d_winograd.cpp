#include "ops/winograd/conv2d_winograd.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ops/pooled.h"
#include "ops/winograd/winograd_cost.h"

namespace fastcnn::ops {
namespace {

// Winograd is taken where it needs at most this share of the cycles of the plain sum.
constexpr double kShare = 0.9;

// A convolution as Winograd's algorithm sees it.
struct Task {
  std::optional<std::string> refusal;
  Conv2dShape shape;
  bool weights_change;  // so that each run transforms them
};

Task forward(const OpSpec& spec) {
  const Conv2dShape s = parse_conv2d(spec);
  return {refuse_winograd(spec, s), s, spec.constant(1) == nullptr};
}

// The gradient of the input of a 3x3 convolution without strides is such a convolution of the
// gradient of its output, which lacks the pixels that the padding lent.
Task backward_data(const OpSpec& spec) {
  Conv2dShape s = parse_conv2d_backward_data(spec);
  std::swap(s.ic, s.oc);
  std::swap(s.h, s.oh);
  std::swap(s.w, s.ow);
  s.pad_top = s.kh - 1 - s.pad_top;
  s.pad_left = s.kw - 1 - s.pad_left;
  return {refuse_winograd_gradient(spec, s), s, spec.constant(1) == nullptr};
}

class Conv2dWinograd final : public Conv2dNode, public Poolable {
 public:
  Conv2dWinograd(const OpSpec& spec, std::int64_t m)
      : Conv2dNode(spec, Layout::kBlocked, Layout::kBlocked),
        shape_(parse_conv2d(spec)),
        m_(m),
        plan_(shape_, m, false) {
    kernel = plan_.kernel_name();
    flops = shape_.flops();
    packings = {plan_.packing(1)};
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_.scratch_bytes(threads);
  }

  void run(const RunArgs& args) const override {
    plan_.run(operands(args), args.scratch, args.parallel);
  }

  std::unique_ptr<Operator> pooled() const override {
    if (has_residual()) return nullptr;
    return std::unique_ptr<Operator>(new Conv2dWinograd(*this, 2));
  }

 private:
  Conv2dWinograd(const Conv2dWinograd& whole, std::int64_t pool)
      : Conv2dNode(whole), shape_(whole.shape_), m_(whole.m_), plan_(shape_, m_, false, {}, pool) {}

  Conv2dShape shape_;
  std::int64_t m_;
  Conv2dWinogradPlan plan_;
};

class Conv2dBackwardDataWinograd final : public Operator {
 public:
  Conv2dBackwardDataWinograd(const OpSpec& spec, std::int64_t m)
      : plan_(backward_data(spec).shape, m, true), residual_(spec.inputs.size() == 3) {
    kernel = plan_.kernel_name();
    flops = parse_conv2d_backward_data(spec).flops();
    input_layouts = {Layout::kBlocked, Layout::kPlain};
    if (residual_) {
      input_layouts.push_back(Layout::kBlocked);
      in_place = {{0, 2}};
    }
    output_layouts = {Layout::kBlocked};
    packings = {plan_.packing(1)};
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_.scratch_bytes(threads);
  }

  void run(const RunArgs& args) const override {
    plan_.run({args.src(0), static_cast<const float*>(args.packed[0]), nullptr,
               residual_ ? args.src(2) : nullptr, args.dst(0), Clamp{}},
              args.scratch, args.parallel);
  }

 private:
  Conv2dWinogradPlan plan_;
  bool residual_;
};

std::optional<std::string> refuse(const Task& task, std::int64_t m) {
  if (task.refusal) return task.refusal;
  const Conv2dShape& s = task.shape;
  const auto cycles = [&](std::int64_t size) {
    return winograd_cycles(s, size) +
           (task.weights_change ? winograd_weights_cycles(s, size) : 0.0);
  };
  const double share = cycles(m) / direct_cycles(s);
  if (share > kShare) return join("it would take ", share, " of the time of a plain sum");
  const std::int64_t other = m == 4 ? 2 : 4;
  if (cycles(other) < cycles(m)) {
    return join("tiles of ", other, "x", other, " are faster here");
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> refuse_conv2d_winograd4(const OpSpec& spec) {
  return refuse(forward(spec), 4);
}

std::unique_ptr<Operator> make_conv2d_winograd4(const OpSpec& spec) {
  return std::make_unique<Conv2dWinograd>(spec, 4);
}

std::optional<std::string> refuse_conv2d_winograd2(const OpSpec& spec) {
  return refuse(forward(spec), 2);
}

std::unique_ptr<Operator> make_conv2d_winograd2(const OpSpec& spec) {
  return std::make_unique<Conv2dWinograd>(spec, 2);
}

std::optional<std::string> refuse_conv2d_backward_data_winograd4(const OpSpec& spec) {
  return refuse(backward_data(spec), 4);
}

std::unique_ptr<Operator> make_conv2d_backward_data_winograd4(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardDataWinograd>(spec, 4);
}

std::optional<std::string> refuse_conv2d_backward_data_winograd2(const OpSpec& spec) {
  return refuse(backward_data(spec), 2);
}

std::unique_ptr<Operator> make_conv2d_backward_data_winograd2(const OpSpec& spec) {
  return std::make_unique<Conv2dBackwardDataWinograd>(spec, 2);
}

}  // namespace fastcnn::ops
