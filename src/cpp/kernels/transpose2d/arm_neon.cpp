#include <arm_neon.h>

#include "kernels/transpose2d/generic.h"

namespace fastcnn::kernels {
namespace {

// Two rounds that swap halves of pairs: elements, then pairs of elements.
struct Tile {
  static constexpr std::size_t size = 4;

  static FASTCNN_MEMBER void run(const float* src, std::size_t src_stride, float* dst,
                                 std::size_t dst_stride) {
    const float32x4x2_t a = vtrnq_f32(vld1q_f32(src), vld1q_f32(src + src_stride));
    const float32x4x2_t b =
        vtrnq_f32(vld1q_f32(src + 2 * src_stride), vld1q_f32(src + 3 * src_stride));
    for (std::size_t c = 0; c < 2; ++c) {
      vst1q_f32(dst + c * dst_stride, vcombine_f32(vget_low_f32(a.val[c]), vget_low_f32(b.val[c])));
      vst1q_f32(dst + (c + 2) * dst_stride,
                vcombine_f32(vget_high_f32(a.val[c]), vget_high_f32(b.val[c])));
    }
  }
};

}  // namespace

void transpose2d_f32_4x4__neon(const Transpose2D& t) { transpose2d<Tile>(t); }

}  // namespace fastcnn::kernels
