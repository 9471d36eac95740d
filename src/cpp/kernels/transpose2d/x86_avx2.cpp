#include <immintrin.h>

#include "kernels/transpose2d/generic.h"

namespace fastcnn::kernels {
namespace {

// Three rounds that swap halves of pairs: elements, pairs of elements, 128-bit lanes.
struct Tile {
  static constexpr std::size_t size = 8;

  static FASTCNN_MEMBER void run(const float* src, std::size_t src_stride, float* dst,
                                 std::size_t dst_stride) {
    __m256 a[size], b[size];
    for (std::size_t r = 0; r < size; ++r) a[r] = _mm256_loadu_ps(src + r * src_stride);
    for (std::size_t r = 0; r < size; r += 2) {
      b[r] = _mm256_unpacklo_ps(a[r], a[r + 1]);
      b[r + 1] = _mm256_unpackhi_ps(a[r], a[r + 1]);
    }
    for (std::size_t r = 0; r < size; r += 4) {
      a[r] = _mm256_shuffle_ps(b[r], b[r + 2], _MM_SHUFFLE(1, 0, 1, 0));
      a[r + 1] = _mm256_shuffle_ps(b[r], b[r + 2], _MM_SHUFFLE(3, 2, 3, 2));
      a[r + 2] = _mm256_shuffle_ps(b[r + 1], b[r + 3], _MM_SHUFFLE(1, 0, 1, 0));
      a[r + 3] = _mm256_shuffle_ps(b[r + 1], b[r + 3], _MM_SHUFFLE(3, 2, 3, 2));
    }
    for (std::size_t r = 0; r < size / 2; ++r) {
      _mm256_storeu_ps(dst + r * dst_stride, _mm256_permute2f128_ps(a[r], a[r + 4], 0x20));
      _mm256_storeu_ps(dst + (r + 4) * dst_stride, _mm256_permute2f128_ps(a[r], a[r + 4], 0x31));
    }
  }
};

}  // namespace

void transpose2d_f32_8x8__avx2(const Transpose2D& t) { transpose2d<Tile>(t); }

}  // namespace fastcnn::kernels
