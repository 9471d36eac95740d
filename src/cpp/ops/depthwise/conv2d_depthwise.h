#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "ops/convolution/conv2d_axes.h"
#include "ops/convolution/conv2d_band.h"
#include "ops/convolution/conv2d_node.h"
#include "ops/convolution/conv2d_shape.h"

namespace fastcnn::ops {

// What the ways to run a depthwise convolution or its backward-data share. A way is a plan of both,
// made of a view:
//
//   Plan(const ConvView& view, BandPlanes planes = {});
//   const char* kernel_name() const;
//   std::size_t scratch_bytes(std::size_t threads) const;
//   void run(const ConvOperands& operands, void* scratch, cpu::Parallel parallel) const;

std::optional<std::string> refuse_unless_depthwise(const Conv2dShape& shape);

// Input 1, plain weights [channels, 1, KH, KW], as [block][place of the kernel][lanes], for both
// directions. `places` is KH * KW.
Packing depthwise_packing(std::int64_t channels, std::int64_t places);

template <typename Plan>
class DepthwiseForward final : public Conv2dNode, public Banded {
 public:
  explicit DepthwiseForward(const OpSpec& spec)
      : Conv2dNode(spec, Layout::kBlocked, Layout::kBlocked),
        shape_(parse_conv2d(spec)),
        plan_(forward_view(shape_)) {
    kernel = plan_.kernel_name();
    flops = shape_.flops();
    packings = {depthwise_packing(shape_.oc, shape_.taps())};
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_.scratch_bytes(threads);
  }
  void run(const RunArgs& args) const override {
    plan_.run(operands(args), args.scratch, args.parallel);
  }

  const Conv2dShape& shape() const override { return shape_; }
  const Clamp& clamp() const override { return clamp_; }
  std::unique_ptr<const ConvBand> make_band(const Conv2dShape& band,
                                            BandPlanes planes) const override {
    return std::make_unique<PlannedBand<Plan>>(
        std::make_unique<const Plan>(forward_view(band), planes));
  }

 private:
  Conv2dShape shape_;
  Plan plan_;
};

template <typename Plan>
class DepthwiseBackwardData final : public Operator {
 public:
  explicit DepthwiseBackwardData(const OpSpec& spec)
      : plan_(backward_data_view(parse_conv2d_backward_data(spec))) {
    const Conv2dShape shape = parse_conv2d_backward_data(spec);
    kernel = plan_.kernel_name();
    flops = shape.flops();
    input_layouts = {Layout::kBlocked, Layout::kPlain};
    output_layouts = {Layout::kBlocked};
    packings = {depthwise_packing(shape.oc, shape.taps())};
  }

  std::size_t scratch_bytes(std::size_t threads) const override {
    return plan_.scratch_bytes(threads);
  }
  void run(const RunArgs& args) const override {
    plan_.run({args.src(0), static_cast<const float*>(args.packed[0]), nullptr, nullptr,
               args.dst(0), Clamp{}},
              args.scratch, args.parallel);
  }

 private:
  Plan plan_;
};

}  // namespace fastcnn::ops
