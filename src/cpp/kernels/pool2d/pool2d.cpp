#include "kernels/pool2d/pool2d.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const Pool2dKernel& select_pool2d(Pool2dKind kind) {
  static constexpr Pool2dKernel kList[] = {
#define FASTCNN_KERNEL(isa, fn, kind) {#fn, cpu::Isa::isa, Pool2dKind::kind, fn},
#include "kernels/pool2d/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(kList, kind);
}

}  // namespace fastcnn::kernels
