#include "kernels/channel_copy/channel_copy.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const ChannelCopyKernel& select_channel_copy() {
  static constexpr ChannelCopyKernel list[] = {
#define FASTCNN_KERNEL(isa, function) {#function, cpu::Isa::isa, function},
#include "kernels/channel_copy/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
