#include "kernels/local_response_norm/local_response_norm.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const LocalResponseNormKernel& select_local_response_norm() {
  static constexpr LocalResponseNormKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/local_response_norm/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
