#pragma once

#include <cstdint>

#include "ops/operator.h"

namespace fastcnn::ops {

// Everything a two-dimensional convolution and its two gradients are told: one record for the three
// ops, whichever of the tensors are inputs.
//
//   y[n, o, i, j] = b[o] + sum over c, k, l of
//       w[o, c, k, l] * x[n, group(o) * IC/groups + c, i * stride_h - pad_top + k * dilation_h,
//                         j * stride_w - pad_left + l * dilation_w]
struct Conv2dShape {
  std::int64_t n, ic, h, w;  // x
  std::int64_t oc, oh, ow;   // y
  std::int64_t kh, kw;       // w is [oc, ic / groups, kh, kw]
  std::int64_t stride_h, stride_w;
  std::int64_t pad_top, pad_left;  // negative: cropped
  std::int64_t dilation_h, dilation_w;
  std::int64_t groups;

  std::int64_t ic_per_group() const { return ic / groups; }
  std::int64_t oc_per_group() const { return oc / groups; }
  std::int64_t taps() const { return kh * kw; }
  bool depthwise() const { return groups > 1 && groups == ic && groups == oc; }
  double flops() const;
};

// Each checks a whole node, its outputs too, and throws with the op's name in front.
Conv2dShape parse_conv2d(const OpSpec& spec);
Conv2dShape parse_conv2d_backward_data(const OpSpec& spec);
// As the backward-data of a convolution: x of the op is its y, and y of the op its x.
Conv2dShape parse_conv2d_transpose(const OpSpec& spec);
Conv2dShape parse_conv2d_backward_weights(const OpSpec& spec);

}  // namespace fastcnn::ops
