#include "kernels/optimizer_update/optimizer_update.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const OptimizerUpdateKernel& select_optimizer_update(OptimizerKind kind) {
  static constexpr OptimizerUpdateKernel list[] = {
#define FASTCNN_KERNEL(isa, kind, function) \
  {#function, cpu::Isa::isa, OptimizerKind::kind, function},
#include "kernels/optimizer_update/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list, kind);
}

}  // namespace fastcnn::kernels
