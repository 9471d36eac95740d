#include "kernels/conv2d_sparse/conv2d_sparse.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const Conv2dSparseKernel& select_conv2d_sparse() {
  static constexpr Conv2dSparseKernel list[] = {
#define FASTCNN_KERNEL(isa, multiply, finish, fill, max_vectors) \
  {#multiply, cpu::Isa::isa, max_vectors, multiply, finish, fill},
#include "kernels/conv2d_sparse/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
