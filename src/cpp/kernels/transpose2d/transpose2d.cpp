#include "kernels/transpose2d/transpose2d.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const Transpose2DKernel& select_transpose2d() {
  static constexpr Transpose2DKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/transpose2d/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
