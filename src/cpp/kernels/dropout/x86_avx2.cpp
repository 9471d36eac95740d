#include <immintrin.h>

#include "kernels/dropout/generic.h"

namespace fastcnn::kernels {
namespace {

struct Words {
  static constexpr std::size_t lanes = 8;
  __m256i v;

  static FASTCNN_MEMBER Words broadcast(std::uint32_t x) {
    return {_mm256_set1_epi32(static_cast<int>(x))};
  }
  static FASTCNN_MEMBER Words ascending(std::uint32_t x) {
    return {_mm256_add_epi32(broadcast(x).v, _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7))};
  }
};

FASTCNN_INLINE Words operator^(Words a, Words b) { return {_mm256_xor_si256(a.v, b.v)}; }

// Products of the even words, then of the odd ones; their halves blended back into place.
FASTCNN_INLINE void multiply(Words a, std::uint32_t m, Words& high, Words& low) {
  constexpr int kOdd = 0xAA;
  const __m256i factor = Words::broadcast(m).v;
  const __m256i even = _mm256_mul_epu32(a.v, factor);
  const __m256i odd = _mm256_mul_epu32(_mm256_srli_epi64(a.v, 32), factor);
  high = {_mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, kOdd)};
  low = {_mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), kOdd)};
}

FASTCNN_INLINE void interleave(std::uint32_t* r, const Words (&w)[4]) {
  const __m256i low01 = _mm256_unpacklo_epi32(w[0].v, w[1].v);
  const __m256i low23 = _mm256_unpacklo_epi32(w[2].v, w[3].v);
  const __m256i high01 = _mm256_unpackhi_epi32(w[0].v, w[1].v);
  const __m256i high23 = _mm256_unpackhi_epi32(w[2].v, w[3].v);
  const __m256i lane04 = _mm256_unpacklo_epi64(low01, low23);
  const __m256i lane15 = _mm256_unpackhi_epi64(low01, low23);
  const __m256i lane26 = _mm256_unpacklo_epi64(high01, high23);
  const __m256i lane37 = _mm256_unpackhi_epi64(high01, high23);
  auto* out = reinterpret_cast<__m256i*>(r);
  _mm256_storeu_si256(out, _mm256_permute2x128_si256(lane04, lane15, 0x20));
  _mm256_storeu_si256(out + 1, _mm256_permute2x128_si256(lane26, lane37, 0x20));
  _mm256_storeu_si256(out + 2, _mm256_permute2x128_si256(lane04, lane15, 0x31));
  _mm256_storeu_si256(out + 3, _mm256_permute2x128_si256(lane26, lane37, 0x31));
}

}  // namespace

void dropout_f32_x32__avx2(const Dropout& d) { dropout<Words>(d); }

}  // namespace fastcnn::kernels
