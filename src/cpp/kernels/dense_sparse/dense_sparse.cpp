#include "kernels/dense_sparse/dense_sparse.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const DenseSparseKernel& select_dense_sparse() {
  static constexpr DenseSparseKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/dense_sparse/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
