#include "kernels/conv2d_depthwise_rows/conv2d_depthwise_rows.h"

namespace fastcnn::kernels {

const Conv2dDepthwiseRowsKernel* select_conv2d_depthwise_rows(std::ptrdiff_t taps,
                                                              std::ptrdiff_t step) {
  static constexpr Conv2dDepthwiseRowsKernel list[] = {
#define FASTCNN_KERNEL(isa, function, taps, step) {#function, cpu::Isa::isa, function, taps, step},
#include "kernels/conv2d_depthwise_rows/kernels.inc"
#undef FASTCNN_KERNEL
  };
  for (const Conv2dDepthwiseRowsKernel& kernel : list) {
    if (kernel.taps == taps && kernel.step == step && cpu::usable(kernel.isa)) return &kernel;
  }
  return nullptr;
}

}  // namespace fastcnn::kernels
