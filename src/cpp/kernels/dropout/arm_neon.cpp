#include <arm_neon.h>

#include "kernels/dropout/generic.h"

namespace fastcnn::kernels {
namespace {

struct Words {
  static constexpr std::size_t lanes = 4;
  uint32x4_t v;

  static FASTCNN_MEMBER Words broadcast(std::uint32_t x) { return {vdupq_n_u32(x)}; }
  static FASTCNN_MEMBER Words ascending(std::uint32_t x) {
    constexpr std::uint32_t kOffsets[lanes] = {0, 1, 2, 3};
    return {vaddq_u32(vdupq_n_u32(x), vld1q_u32(kOffsets))};
  }
};

FASTCNN_INLINE Words operator^(Words a, Words b) { return {veorq_u32(a.v, b.v)}; }

FASTCNN_INLINE void multiply(Words a, std::uint32_t m, Words& high, Words& low) {
  const uint32x2_t factor = vdup_n_u32(m);
  const uint32x4_t first = vreinterpretq_u32_u64(vmull_u32(vget_low_u32(a.v), factor));
  const uint32x4_t second = vreinterpretq_u32_u64(vmull_u32(vget_high_u32(a.v), factor));
  high = {vuzp2q_u32(first, second)};
  low = {vuzp1q_u32(first, second)};
}

FASTCNN_INLINE void interleave(std::uint32_t* r, const Words (&w)[4]) {
  vst4q_u32(r, {{w[0].v, w[1].v, w[2].v, w[3].v}});
}

}  // namespace

void dropout_f32_x16__neon(const Dropout& d) { dropout<Words>(d); }

}  // namespace fastcnn::kernels
