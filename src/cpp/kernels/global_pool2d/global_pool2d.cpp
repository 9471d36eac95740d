#include "kernels/global_pool2d/global_pool2d.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const GlobalPool2dKernel& select_global_pool2d(GlobalPool2dKind kind) {
  static constexpr GlobalPool2dKernel kList[] = {
#define FASTCNN_KERNEL(isa, fn, kind) {#fn, cpu::Isa::isa, GlobalPool2dKind::kind, fn},
#include "kernels/global_pool2d/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(kList, kind);
}

}  // namespace fastcnn::kernels
