#include "kernels/conv2d_direct/conv2d_direct.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const Conv2dDirectKernel& select_conv2d_direct() {
  static constexpr Conv2dDirectKernel list[] = {
#define FASTCNN_KERNEL(isa, function, max_blocks, odd_blocks, lone_blocks) \
  {#function, cpu::Isa::isa, function, max_blocks, odd_blocks, lone_blocks},
#include "kernels/conv2d_direct/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
