#include "kernels/elementwise/elementwise.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const ElementwiseKernel& select_elementwise(ElementwiseKind kind) {
  static constexpr ElementwiseKernel list[] = {
#define FASTCNN_KERNEL(isa, kind, function) \
  {#function, cpu::Isa::isa, ElementwiseKind::kind, function},
#include "kernels/elementwise/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list, kind);
}

}  // namespace fastcnn::kernels
