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

// Pixels of three channels: eight of them are three vectors. A channel's floats are three apart, so
// no two of them have the same lane: they are blended into one vector and brought into order.
constexpr int place_of(int channel, int pixel) { return 3 * pixel + channel; }

// The lanes of `vector` that hold floats of `channel`.
constexpr int lanes_of(int channel, int vector) {
  int lanes = 0;
  for (int pixel = 0; pixel < 8; ++pixel) {
    const int place = place_of(channel, pixel);
    if (place / 8 == vector) lanes |= 1 << place % 8;
  }
  return lanes;
}

template <int kChannel>
FASTCNN_INLINE __m256 channel_of_three(__m256 a, __m256 b, __m256 c) {
  constexpr int kSecond = lanes_of(kChannel, 1);
  constexpr int kThird = lanes_of(kChannel, 2);
  const __m256 mixed = _mm256_blend_ps(_mm256_blend_ps(a, b, kSecond), c, kThird);
  const __m256i order = _mm256_setr_epi32(place_of(kChannel, 0) % 8, place_of(kChannel, 1) % 8,
                                          place_of(kChannel, 2) % 8, place_of(kChannel, 3) % 8,
                                          place_of(kChannel, 4) % 8, place_of(kChannel, 5) % 8,
                                          place_of(kChannel, 6) % 8, place_of(kChannel, 7) % 8);
  return _mm256_permutevar8x32_ps(mixed, order);
}

FASTCNN_INLINE void transpose_threes(const Transpose2D& t) {
  const std::size_t rows = t.rows - t.rows % 8;
  for (std::size_t r = 0; r < rows; r += 8) {
    const float* const src = t.src + 3 * r;
    const __m256 a = _mm256_loadu_ps(src);
    const __m256 b = _mm256_loadu_ps(src + 8);
    const __m256 c = _mm256_loadu_ps(src + 16);
    _mm256_storeu_ps(t.dst + r, channel_of_three<0>(a, b, c));
    _mm256_storeu_ps(t.dst + t.dst_stride + r, channel_of_three<1>(a, b, c));
    _mm256_storeu_ps(t.dst + 2 * t.dst_stride + r, channel_of_three<2>(a, b, c));
  }
  transpose_edge(t, rows, t.rows, 0, 3);
}

}  // namespace

void transpose2d_f32_8x8__avx2(const Transpose2D& t) {
  if (t.columns == 3 && t.src_stride == 3) return transpose_threes(t);
  transpose2d<Tile>(t);
}

}  // namespace fastcnn::kernels
