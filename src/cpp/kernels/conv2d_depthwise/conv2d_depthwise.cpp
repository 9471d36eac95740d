#include "kernels/conv2d_depthwise/conv2d_depthwise.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const Conv2dDepthwiseKernel& select_conv2d_depthwise() {
  static constexpr Conv2dDepthwiseKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/conv2d_depthwise/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
