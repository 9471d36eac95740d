#include "kernels/dropout/generic.h"

namespace fastcnn::kernels {
namespace {

struct Words {
  static constexpr std::size_t lanes = 1;
  std::uint32_t v;

  static FASTCNN_MEMBER Words broadcast(std::uint32_t x) { return {x}; }
  static FASTCNN_MEMBER Words ascending(std::uint32_t x) { return {x}; }
};

FASTCNN_INLINE Words operator^(Words a, Words b) { return {a.v ^ b.v}; }
FASTCNN_INLINE void multiply(Words a, std::uint32_t m, Words& high, Words& low) {
  const std::uint64_t product = static_cast<std::uint64_t>(a.v) * m;
  high = {static_cast<std::uint32_t>(product >> 32)};
  low = {static_cast<std::uint32_t>(product)};
}
FASTCNN_INLINE void interleave(std::uint32_t* r, const Words (&w)[4]) {
  for (std::size_t k = 0; k < 4; ++k) r[k] = w[k].v;
}

}  // namespace

void dropout_f32_x4__scalar(const Dropout& d) { dropout<Words>(d); }

}  // namespace fastcnn::kernels
