#include "kernels/batch_norm/batch_norm.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const BatchNormKernel& select_batch_norm(BatchNormKind kind) {
  static constexpr BatchNormKernel kList[] = {
#define FASTCNN_KERNEL(isa, fn, kind) {#fn, cpu::Isa::isa, BatchNormKind::kind, fn},
#include "kernels/batch_norm/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(kList, kind);
}

}  // namespace fastcnn::kernels
