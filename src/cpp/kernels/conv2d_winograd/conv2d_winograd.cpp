#include "kernels/conv2d_winograd/conv2d_winograd.h"

#include "kernels/select.h"

namespace fastcnn::kernels {
const WinogradKernel& select_conv2d_winograd(WinogradSize size) {
  static constexpr WinogradKernel list[] = {
#define FASTCNN_KERNEL(isa, function, m, r) {#function, cpu::Isa::isa, function, {m, r}},
#include "kernels/conv2d_winograd/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list, size);
}

}  // namespace fastcnn::kernels
