#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "simd/inline.h"

// AVX2 and FMA. What each function means: vec_scalar.h.
namespace fastcnn::simd::avx2 {

struct f32 {
  static constexpr std::size_t lanes = 8;
  __m256 v;

  struct Mask {
    __m256 v;
  };

  static FASTCNN_MEMBER f32 broadcast(float x) { return {_mm256_set1_ps(x)}; }
  static FASTCNN_MEMBER f32 zero() { return {_mm256_setzero_ps()}; }
  static FASTCNN_MEMBER f32 load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static FASTCNN_MEMBER f32 load_even(const float* p) {
    const __m256 pairs = _mm256_shuffle_ps(_mm256_loadu_ps(p), _mm256_loadu_ps(p + lanes - 1),
                                           _MM_SHUFFLE(3, 1, 2, 0));
    return {
        _mm256_castpd_ps(_mm256_permute4x64_pd(_mm256_castps_pd(pairs), _MM_SHUFFLE(3, 1, 2, 0)))};
  }
  static FASTCNN_MEMBER __m256i first(std::size_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static FASTCNN_MEMBER f32 load_partial(const float* p, std::size_t n) {
    return {_mm256_maskload_ps(p, first(n))};
  }
  static FASTCNN_MEMBER f32 gather(const float* p, const std::int32_t* places) {
    const __m256i all = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(places));
    return {_mm256_i32gather_ps(p, all, sizeof(float))};
  }
  static FASTCNN_MEMBER f32 load_range(const float* p, std::size_t begin, std::size_t n) {
    return {_mm256_maskload_ps(p, _mm256_andnot_si256(first(begin), first(begin + n)))};
  }
};

FASTCNN_INLINE void store(float* p, f32 a) { _mm256_storeu_ps(p, a.v); }
// Three plain stores at most: a masked one takes tens of cycles on AMD's cores.
FASTCNN_INLINE void store_partial(float* p, f32 a, std::size_t n) {
  __m128 rest = _mm256_castps256_ps128(a.v);
  if ((n & 4) != 0) {
    _mm_storeu_ps(p, rest);
    rest = _mm256_extractf128_ps(a.v, 1);
    p += 4;
  }
  if ((n & 2) != 0) {
    _mm_storel_pi(reinterpret_cast<__m64*>(p), rest);
    rest = _mm_movehl_ps(rest, rest);
    p += 2;
  }
  if ((n & 1) != 0) _mm_store_ss(p, rest);
}

FASTCNN_INLINE f32 operator+(f32 a, f32 b) { return {_mm256_add_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 operator-(f32 a, f32 b) { return {_mm256_sub_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 operator*(f32 a, f32 b) { return {_mm256_mul_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 operator/(f32 a, f32 b) { return {_mm256_div_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 fma(f32 a, f32 b, f32 c) { return {_mm256_fmadd_ps(a.v, b.v, c.v)}; }
// Written out because compilers that choose the form of the instruction themselves move and spill
// the sums of a full register tile.
FASTCNN_INLINE void add_product(f32& sum, f32 a, f32 b) {
  asm("vfmadd231ps %2, %1, %0" : "+x"(sum.v) : "x"(a.v), "x"(b.v));
}
FASTCNN_INLINE f32 product_error(f32 a, f32 b, f32 p) { return {_mm256_fmsub_ps(a.v, b.v, p.v)}; }
FASTCNN_INLINE f32 fnma(f32 a, f32 b, f32 c) { return {_mm256_fnmadd_ps(a.v, b.v, c.v)}; }
FASTCNN_INLINE f32 max(f32 a, f32 b) { return {_mm256_max_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 min(f32 a, f32 b) { return {_mm256_min_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 abs(f32 a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.v)}; }
FASTCNN_INLINE f32 sqrt(f32 a) { return {_mm256_sqrt_ps(a.v)}; }
FASTCNN_INLINE f32 round(f32 a) {
  return {_mm256_round_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
FASTCNN_INLINE f32::Mask less(f32 a, f32 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_LT_OQ)}; }
FASTCNN_INLINE f32::Mask equal(f32 a, f32 b) { return {_mm256_cmp_ps(a.v, b.v, _CMP_EQ_OQ)}; }
FASTCNN_INLINE f32 select(f32::Mask m, f32 a, f32 b) { return {_mm256_blendv_ps(b.v, a.v, m.v)}; }

FASTCNN_INLINE f32 times_power_of_two(f32 a, f32 n) {
  const __m256i biased = _mm256_add_epi32(_mm256_cvtps_epi32(n.v), _mm256_set1_epi32(127));
  return {_mm256_mul_ps(a.v, _mm256_castsi256_ps(_mm256_slli_epi32(biased, 23)))};
}
FASTCNN_INLINE f32 exponent(f32 a) {
  const __m256i biased = _mm256_srli_epi32(_mm256_castps_si256(a.v), 23);
  return {_mm256_cvtepi32_ps(_mm256_sub_epi32(biased, _mm256_set1_epi32(127)))};
}
FASTCNN_INLINE f32 mantissa(f32 a) {
  const __m256i fraction =
      _mm256_and_si256(_mm256_castps_si256(a.v), _mm256_set1_epi32(0x007fffff));
  return {_mm256_castsi256_ps(_mm256_or_si256(fraction, _mm256_set1_epi32(0x3f800000)))};
}

FASTCNN_INLINE float sum(f32 a) {
  const __m128 q = _mm_add_ps(_mm256_castps256_ps128(a.v), _mm256_extractf128_ps(a.v, 1));
  const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(d, _mm_shuffle_ps(d, d, 1)));
}
FASTCNN_INLINE float largest(f32 a) {
  const __m128 q = _mm_max_ps(_mm256_extractf128_ps(a.v, 1), _mm256_castps256_ps128(a.v));
  const __m128 d = _mm_max_ps(_mm_movehl_ps(q, q), q);
  return _mm_cvtss_f32(_mm_max_ss(_mm_shuffle_ps(d, d, 1), d));
}

}  // namespace fastcnn::simd::avx2
