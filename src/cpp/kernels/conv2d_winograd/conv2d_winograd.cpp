#include "kernels/conv2d_winograd/conv2d_winograd.h"

#include "kernels/select.h"

namespace fastcnn::kernels {
const WinogradKernel& select_conv2d_winograd(std::size_t m) {
  static constexpr WinogradKernel list[] = {
#define FASTCNN_KERNEL(isa, function, m) {#function, cpu::Isa::isa, function, m},
#include "kernels/conv2d_winograd/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list, m);
}

}  // namespace fastcnn::kernels
