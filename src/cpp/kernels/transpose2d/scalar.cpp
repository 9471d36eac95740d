#include "kernels/transpose2d/generic.h"

namespace fastcnn::kernels {
namespace {

// Small enough for both sides to stay in the first cache while it is worked on.
struct Tile {
  static constexpr std::size_t size = 8;

  static FASTCNN_MEMBER void run(const float* src, std::size_t src_stride, float* dst,
                                 std::size_t dst_stride) {
    for (std::size_t c = 0; c < size; ++c) {
      for (std::size_t r = 0; r < size; ++r) dst[c * dst_stride + r] = src[r * src_stride + c];
    }
  }
};

}  // namespace

void transpose2d_f32_8x8__scalar(const Transpose2D& t) { transpose2d<Tile>(t); }

}  // namespace fastcnn::kernels
