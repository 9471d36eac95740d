#include "kernels/conv2d_depthwise_backward_weights/conv2d_depthwise_backward_weights.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const Conv2dDepthwiseBackwardWeightsKernel& select_conv2d_depthwise_backward_weights() {
  static constexpr Conv2dDepthwiseBackwardWeightsKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/conv2d_depthwise_backward_weights/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
