#include "kernels/loss/loss.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const LossKernel& select_loss(LossKind kind) {
  static constexpr LossKernel kList[] = {
#define FASTCNN_KERNEL(isa, fn, kind) {#fn, cpu::Isa::isa, LossKind::kind, fn},
#include "kernels/loss/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(kList, kind);
}

}  // namespace fastcnn::kernels
