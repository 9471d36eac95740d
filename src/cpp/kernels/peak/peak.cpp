#include "kernels/peak/peak.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const PeakKernel& select_peak() {
  static constexpr PeakKernel kKernels[] = {
#define FASTCNN_KERNEL(isa, function, lanes) {#function, cpu::Isa::isa, function, lanes},
#include "kernels/peak/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(kKernels);
}

}  // namespace fastcnn::kernels
