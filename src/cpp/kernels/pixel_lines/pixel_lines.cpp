#include "kernels/pixel_lines/pixel_lines.h"

#include "kernels/select.h"

namespace fastcnn::kernels {

const PixelLinesKernel& select_pixel_lines() {
  static constexpr PixelLinesKernel list[] = {
#define FASTCNN_KERNEL(isa, from_blocked, to_blocked, from_plain, to_plain, gather) \
  {#from_blocked, cpu::Isa::isa, from_blocked, to_blocked, from_plain, to_plain, gather},
#include "kernels/pixel_lines/kernels.inc"
#undef FASTCNN_KERNEL
  };
  return first_usable(list);
}

}  // namespace fastcnn::kernels
