#include "kernels/softmax/softmax.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const SoftmaxKernel& select_softmax(SoftmaxKind kind) {
  static constexpr SoftmaxKernel kList[] = {
#define FASTCNN_KERNEL(isa, fn, kind) {#fn, cpu::Isa::isa, SoftmaxKind::kind, fn},
#include "kernels/softmax/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(kList, kind);
}

}  // namespace fastcnn::kernels
