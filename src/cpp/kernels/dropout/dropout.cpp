#include "kernels/dropout/dropout.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const DropoutKernel& select_dropout() {
  static constexpr DropoutKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/dropout/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
