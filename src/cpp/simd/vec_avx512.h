#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "simd/inline.h"

// AVX-512 (F, BW, VL, DQ). What each function means: vec_scalar.h.
namespace fastcnn::simd::avx512 {

struct f32 {
  static constexpr std::size_t lanes = 16;
  __m512 v;

  struct Mask {
    __mmask16 v;
  };

  static FASTCNN_MEMBER f32 broadcast(float x) { return {_mm512_set1_ps(x)}; }
  static FASTCNN_MEMBER f32 zero() { return {_mm512_setzero_ps()}; }
  static FASTCNN_MEMBER f32 load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static FASTCNN_MEMBER __mmask16 first(std::size_t n) {
    return static_cast<__mmask16>((1u << n) - 1u);
  }
  static FASTCNN_MEMBER f32 load_range(const float* p, std::size_t begin, std::size_t n) {
    return {_mm512_maskz_loadu_ps(_kandn_mask16(first(begin), first(begin + n)), p)};
  }
  static FASTCNN_MEMBER f32 load_even(const float* p) {
    const __m512i places =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 17, 19, 21, 23, 25, 27, 29, 31);
    return {_mm512_permutex2var_ps(_mm512_loadu_ps(p), places, _mm512_loadu_ps(p + lanes - 1))};
  }
  static FASTCNN_MEMBER f32 load_partial(const float* p, std::size_t n) {
    return {_mm512_maskz_loadu_ps(first(n), p)};
  }
  static FASTCNN_MEMBER f32 gather(const float* p, const std::int32_t* places) {
    return {_mm512_i32gather_ps(_mm512_loadu_si512(places), p, sizeof(float))};
  }
};

FASTCNN_INLINE void store(float* p, f32 a) { _mm512_storeu_ps(p, a.v); }
FASTCNN_INLINE void store_partial(float* p, f32 a, std::size_t n) {
  _mm512_mask_storeu_ps(p, f32::first(n), a.v);
}

FASTCNN_INLINE f32 operator+(f32 a, f32 b) { return {_mm512_add_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 operator-(f32 a, f32 b) { return {_mm512_sub_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 operator*(f32 a, f32 b) { return {_mm512_mul_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 operator/(f32 a, f32 b) { return {_mm512_div_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 fma(f32 a, f32 b, f32 c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
// Written out, as in vec_avx2.h.
FASTCNN_INLINE void add_product(f32& sum, f32 a, f32 b) {
  asm("vfmadd231ps %2, %1, %0" : "+v"(sum.v) : "v"(a.v), "v"(b.v));
}
FASTCNN_INLINE f32 product_error(f32 a, f32 b, f32 p) { return {_mm512_fmsub_ps(a.v, b.v, p.v)}; }
FASTCNN_INLINE f32 fnma(f32 a, f32 b, f32 c) { return {_mm512_fnmadd_ps(a.v, b.v, c.v)}; }
FASTCNN_INLINE f32 max(f32 a, f32 b) { return {_mm512_max_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 min(f32 a, f32 b) { return {_mm512_min_ps(a.v, b.v)}; }
FASTCNN_INLINE f32 abs(f32 a) { return {_mm512_andnot_ps(_mm512_set1_ps(-0.0f), a.v)}; }
FASTCNN_INLINE f32 sqrt(f32 a) { return {_mm512_sqrt_ps(a.v)}; }
FASTCNN_INLINE f32 round(f32 a) {
  return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)};
}
FASTCNN_INLINE f32::Mask less(f32 a, f32 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)}; }
FASTCNN_INLINE f32::Mask equal(f32 a, f32 b) { return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_EQ_OQ)}; }
FASTCNN_INLINE f32 select(f32::Mask m, f32 a, f32 b) {
  return {_mm512_mask_blend_ps(m.v, b.v, a.v)};
}

FASTCNN_INLINE f32 times_power_of_two(f32 a, f32 n) {
  const __m512i biased = _mm512_add_epi32(_mm512_cvtps_epi32(n.v), _mm512_set1_epi32(127));
  return {_mm512_mul_ps(a.v, _mm512_castsi512_ps(_mm512_slli_epi32(biased, 23)))};
}
FASTCNN_INLINE f32 exponent(f32 a) {
  const __m512i biased = _mm512_srli_epi32(_mm512_castps_si512(a.v), 23);
  return {_mm512_cvtepi32_ps(_mm512_sub_epi32(biased, _mm512_set1_epi32(127)))};
}
FASTCNN_INLINE f32 mantissa(f32 a) {
  const __m512i fraction =
      _mm512_and_si512(_mm512_castps_si512(a.v), _mm512_set1_epi32(0x007fffff));
  return {_mm512_castsi512_ps(_mm512_or_si512(fraction, _mm512_set1_epi32(0x3f800000)))};
}

FASTCNN_INLINE float sum(f32 a) {
  const __m256 o = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
  const __m128 q = _mm_add_ps(_mm256_castps256_ps128(o), _mm256_extractf128_ps(o, 1));
  const __m128 d = _mm_add_ps(q, _mm_movehl_ps(q, q));
  return _mm_cvtss_f32(_mm_add_ss(d, _mm_shuffle_ps(d, d, 1)));
}
FASTCNN_INLINE float largest(f32 a) {
  const __m256 o = _mm256_max_ps(_mm512_extractf32x8_ps(a.v, 1), _mm512_castps512_ps256(a.v));
  const __m128 q = _mm_max_ps(_mm256_extractf128_ps(o, 1), _mm256_castps256_ps128(o));
  const __m128 d = _mm_max_ps(_mm_movehl_ps(q, q), q);
  return _mm_cvtss_f32(_mm_max_ss(_mm_shuffle_ps(d, d, 1), d));
}

}  // namespace fastcnn::simd::avx512
