#include "kernels/reduce/reduce.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const ReduceKernel& select_reduce(ReduceKind kind) {
  static constexpr ReduceKernel list[] = {
#define FASTCNN_KERNEL(isa, kind, function) {#function, cpu::Isa::isa, ReduceKind::kind, function},
#include "kernels/reduce/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list, kind);
}

}  // namespace fastcnn::kernels
