#include "kernels/reduce_axes/reduce_axes.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const ReduceAxesKernel& select_reduce_axes(ReduceAxesKind kind) {
  static constexpr ReduceAxesKernel list[] = {
#define FASTCNN_KERNEL(isa, kind, function) \
  {#function, cpu::Isa::isa, ReduceAxesKind::kind, function},
#include "kernels/reduce_axes/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list, kind);
}

}  // namespace fastcnn::kernels
