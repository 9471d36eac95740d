#include "kernels/resize/resize.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const ResizeKernel& select_resize() {
  static constexpr ResizeKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/resize/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
