#include "kernels/instance_norm/instance_norm.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const InstanceNormKernel& select_instance_norm() {
  static constexpr InstanceNormKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/instance_norm/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
