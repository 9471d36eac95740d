#include "kernels/conv2d_backward_weights/conv2d_backward_weights.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const Conv2dBackwardWeightsKernel& select_conv2d_backward_weights() {
  static constexpr Conv2dBackwardWeightsKernel list[] = {
#define FASTCNN_KERNEL(isa, function, tap, max_blocks) \
  {#function, cpu::Isa::isa, function, tap, max_blocks},
#include "kernels/conv2d_backward_weights/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
