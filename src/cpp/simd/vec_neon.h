#pragma once

#include <arm_neon.h>

#include <cstddef>
#include <cstdint>

#include "simd/inline.h"

// NEON of AArch64: eight lanes in a pair of registers, so that a block of channels is as wide as
// on AVX2. What each function means: vec_scalar.h.
namespace fastcnn::simd::neon {

struct f32 {
  static constexpr std::size_t lanes = 8;
  float32x4_t lo, hi;

  struct Mask {
    uint32x4_t lo, hi;
  };

  static FASTCNN_MEMBER f32 broadcast(float x) { return {vdupq_n_f32(x), vdupq_n_f32(x)}; }
  static FASTCNN_MEMBER f32 zero() { return broadcast(0.0f); }
  static FASTCNN_MEMBER f32 load(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4)}; }
  static FASTCNN_MEMBER f32 load_range(const float* p, std::size_t begin, std::size_t n) {
    float lane[lanes] = {};
    for (std::size_t i = begin; i < begin + n; ++i) lane[i] = p[i];
    return load(lane);
  }
  static FASTCNN_MEMBER f32 load_even(const float* p) {
    return {vld2q_f32(p).val[0], vld2q_f32(p + lanes - 1).val[1]};
  }
  static FASTCNN_MEMBER f32 load_partial(const float* p, std::size_t n) {
    float lane[lanes] = {};
    for (std::size_t i = 0; i < n; ++i) lane[i] = p[i];
    return load(lane);
  }
  static FASTCNN_MEMBER f32 gather(const float* p, const std::int32_t* places) {
    float lane[lanes];
    for (std::size_t i = 0; i < lanes; ++i) lane[i] = p[places[i]];
    return load(lane);
  }
};

FASTCNN_INLINE void store(float* p, f32 a) {
  vst1q_f32(p, a.lo);
  vst1q_f32(p + 4, a.hi);
}
FASTCNN_INLINE void store_partial(float* p, f32 a, std::size_t n) {
  float lane[f32::lanes];
  store(lane, a);
  for (std::size_t i = 0; i < n; ++i) p[i] = lane[i];
}

FASTCNN_INLINE f32 operator+(f32 a, f32 b) {
  return {vaddq_f32(a.lo, b.lo), vaddq_f32(a.hi, b.hi)};
}
FASTCNN_INLINE f32 operator-(f32 a, f32 b) {
  return {vsubq_f32(a.lo, b.lo), vsubq_f32(a.hi, b.hi)};
}
FASTCNN_INLINE f32 operator*(f32 a, f32 b) {
  return {vmulq_f32(a.lo, b.lo), vmulq_f32(a.hi, b.hi)};
}
FASTCNN_INLINE f32 operator/(f32 a, f32 b) {
  return {vdivq_f32(a.lo, b.lo), vdivq_f32(a.hi, b.hi)};
}
FASTCNN_INLINE f32 fma(f32 a, f32 b, f32 c) {
  return {vfmaq_f32(c.lo, a.lo, b.lo), vfmaq_f32(c.hi, a.hi, b.hi)};
}
FASTCNN_INLINE void add_product(f32& sum, f32 a, f32 b) { sum = fma(a, b, sum); }
FASTCNN_INLINE f32 product_error(f32 a, f32 b, f32 p) {
  return {vnegq_f32(vfmsq_f32(p.lo, a.lo, b.lo)), vnegq_f32(vfmsq_f32(p.hi, a.hi, b.hi))};
}
FASTCNN_INLINE f32 fnma(f32 a, f32 b, f32 c) {
  return {vfmsq_f32(c.lo, a.lo, b.lo), vfmsq_f32(c.hi, a.hi, b.hi)};
}
FASTCNN_INLINE f32 abs(f32 a) { return {vabsq_f32(a.lo), vabsq_f32(a.hi)}; }
FASTCNN_INLINE f32 sqrt(f32 a) { return {vsqrtq_f32(a.lo), vsqrtq_f32(a.hi)}; }
FASTCNN_INLINE f32 round(f32 a) { return {vrndnq_f32(a.lo), vrndnq_f32(a.hi)}; }

FASTCNN_INLINE f32::Mask less(f32 a, f32 b) {
  return {vcltq_f32(a.lo, b.lo), vcltq_f32(a.hi, b.hi)};
}
FASTCNN_INLINE f32::Mask equal(f32 a, f32 b) {
  return {vceqq_f32(a.lo, b.lo), vceqq_f32(a.hi, b.hi)};
}
FASTCNN_INLINE f32 select(f32::Mask m, f32 a, f32 b) {
  return {vbslq_f32(m.lo, a.lo, b.lo), vbslq_f32(m.hi, a.hi, b.hi)};
}
// Not vmaxq_f32 and vminq_f32: they give NaN where only a is.
FASTCNN_INLINE f32 max(f32 a, f32 b) { return select(less(b, a), a, b); }
FASTCNN_INLINE f32 min(f32 a, f32 b) { return select(less(a, b), a, b); }

FASTCNN_INLINE float32x4_t power_of_two(float32x4_t n) {
  const int32x4_t biased = vaddq_s32(vcvtnq_s32_f32(n), vdupq_n_s32(127));
  return vreinterpretq_f32_s32(vshlq_n_s32(biased, 23));
}
FASTCNN_INLINE f32 times_power_of_two(f32 a, f32 n) {
  return {vmulq_f32(a.lo, power_of_two(n.lo)), vmulq_f32(a.hi, power_of_two(n.hi))};
}
FASTCNN_INLINE float32x4_t exponent(float32x4_t a) {
  const uint32x4_t biased = vshrq_n_u32(vreinterpretq_u32_f32(a), 23);
  return vcvtq_f32_s32(vsubq_s32(vreinterpretq_s32_u32(biased), vdupq_n_s32(127)));
}
FASTCNN_INLINE f32 exponent(f32 a) { return {exponent(a.lo), exponent(a.hi)}; }
FASTCNN_INLINE float32x4_t mantissa(float32x4_t a) {
  const uint32x4_t fraction = vandq_u32(vreinterpretq_u32_f32(a), vdupq_n_u32(0x007fffff));
  return vreinterpretq_f32_u32(vorrq_u32(fraction, vdupq_n_u32(0x3f800000)));
}
FASTCNN_INLINE f32 mantissa(f32 a) { return {mantissa(a.lo), mantissa(a.hi)}; }

FASTCNN_INLINE float sum(f32 a) {
  const float32x4_t q = vaddq_f32(a.lo, a.hi);
  const float32x2_t d = vadd_f32(vget_low_f32(q), vget_high_f32(q));
  return vget_lane_f32(d, 0) + vget_lane_f32(d, 1);
}
FASTCNN_INLINE float largest(f32 a) {
  const float32x4_t q = vbslq_f32(vcgtq_f32(a.hi, a.lo), a.hi, a.lo);
  const float32x2_t low = vget_low_f32(q);
  const float32x2_t high = vget_high_f32(q);
  const float32x2_t d = vbsl_f32(vcgt_f32(high, low), high, low);
  const float x = vget_lane_f32(d, 0);
  const float y = vget_lane_f32(d, 1);
  return y > x ? y : x;
}

}  // namespace fastcnn::simd::neon
