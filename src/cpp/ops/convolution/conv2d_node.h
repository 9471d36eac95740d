#pragma once

#include "ops/activation.h"
#include "ops/operator.h"

namespace fastcnn::ops {

// What one call of a convolution reads and writes.
struct ConvOperands {
  const float* src;
  const float* weights;   // packed
  const float* bias;      // or null
  const float* residual;  // or null
  float* dst;
  Clamp clamp;
};

// y = act(x * w + b + residual): what the ways to run a node of conv2d share. Its inputs are x, w,
// b and, where there is one, the residual, which has the layout of y and may be written over.
class Conv2dNode : public Operator {
 protected:
  Conv2dNode(const OpSpec& spec, Layout x, Layout y)
      : clamp_(activation_of(spec)), residual_(spec.inputs.size() == 4) {
    input_layouts = {x, Layout::kPlain, Layout::kPlain};
    output_layouts = {y};
    if (residual_) {
      input_layouts.push_back(y);
      in_place = {{0, 3}};
    }
  }

  ConvOperands operands(const RunArgs& args) const {
    return {args.src(0), static_cast<const float*>(args.packed[0]),
            args.src(2), residual_ ? args.src(3) : nullptr,
            args.dst(0), clamp_};
  }

  bool has_residual() const { return residual_; }

  Clamp clamp_;

 private:
  bool residual_;
};

}  // namespace fastcnn::ops
