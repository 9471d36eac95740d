#pragma once

#include <math.h>

#include <cstddef>
#include <cstdint>

#include "simd/inline.h"

// Eight float32 lanes in plain C++: the truth that the other vec_*.h files are tested against, and
// the ISA of last resort. The same functions, with the same meaning, in each vec_*.h:
//
//   V::lanes                       lanes in one vector
//   V::zero()  V::broadcast(x)     V::load(p)  V::load_partial(p, n): n < lanes, the rest zero
//   V::load_range(p, first, n)     lanes [first, first + n) of p, the others zero and not read
//   V::load_even(p)                p[0], p[2], ... p[2 (lanes - 1)], and reads nothing past that
//   V::gather(p, places)           p[places[i]]
//   store(p, v)                    store_partial(p, v, n): n < lanes
//   + - * /   fma(a, b, c) = a * b + c, rounded once where the ISA can
//   add_product(sum, a, b)         sum = fma(a, b, sum), in the register of sum
//   product_error(a, b, p)         a * b - p, exactly, where p is a * b rounded
//   fnma(a, b, c) = c - a * b, the same
//   max(a, b)  min(a, b)           b where either is NaN (as x86 does): max(low, x) keeps NaN in x
//   abs  sqrt  round               round: to the nearest integer, ties to even
//   less(a, b)  equal(a, b)        masks; false where either is NaN
//   select(mask, a, b)             mask ? a : b
//   times_power_of_two(v, n)       v * 2^n, n integral in [-126, 127]
//   exponent(v)  mantissa(v)       v = mantissa * 2^exponent, mantissa in [1, 2), v normal and > 0
//   sum(v)  largest(v)             over the lanes, in one fixed order (halves, then halves again)
namespace fastcnn::simd::scalar {

struct f32 {
  static constexpr std::size_t lanes = 8;
  float v[lanes];

  struct Mask {
    bool v[lanes];
  };

  static FASTCNN_MEMBER f32 broadcast(float x) {
    f32 r;
    for (std::size_t i = 0; i < lanes; ++i) r.v[i] = x;
    return r;
  }
  static FASTCNN_MEMBER f32 zero() { return broadcast(0.0f); }
  static FASTCNN_MEMBER f32 load(const float* p) {
    f32 r;
    for (std::size_t i = 0; i < lanes; ++i) r.v[i] = p[i];
    return r;
  }
  static FASTCNN_MEMBER f32 load_range(const float* p, std::size_t begin, std::size_t n) {
    f32 r = zero();
    for (std::size_t i = begin; i < begin + n; ++i) r.v[i] = p[i];
    return r;
  }
  static FASTCNN_MEMBER f32 load_even(const float* p) {
    f32 r;
    for (std::size_t i = 0; i < lanes; ++i) r.v[i] = p[2 * i];
    return r;
  }
  static FASTCNN_MEMBER f32 load_partial(const float* p, std::size_t n) {
    f32 r = zero();
    for (std::size_t i = 0; i < n; ++i) r.v[i] = p[i];
    return r;
  }
  static FASTCNN_MEMBER f32 gather(const float* p, const std::int32_t* places) {
    f32 r;
    for (std::size_t i = 0; i < lanes; ++i) r.v[i] = p[places[i]];
    return r;
  }
};

FASTCNN_INLINE void store(float* p, f32 a) {
  for (std::size_t i = 0; i < f32::lanes; ++i) p[i] = a.v[i];
}
FASTCNN_INLINE void store_partial(float* p, f32 a, std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) p[i] = a.v[i];
}

#define FASTCNN_LANEWISE(signature, expression)                         \
  FASTCNN_INLINE f32 signature {                                        \
    f32 r;                                                              \
    for (std::size_t i = 0; i < f32::lanes; ++i) r.v[i] = (expression); \
    return r;                                                           \
  }
FASTCNN_LANEWISE(operator+(f32 a, f32 b), a.v[i] + b.v[i])
FASTCNN_LANEWISE(operator-(f32 a, f32 b), a.v[i] - b.v[i])
FASTCNN_LANEWISE(operator*(f32 a, f32 b), a.v[i] * b.v[i])
FASTCNN_LANEWISE(operator/(f32 a, f32 b), a.v[i] / b.v[i])
FASTCNN_LANEWISE(fma(f32 a, f32 b, f32 c), a.v[i] * b.v[i] + c.v[i])
FASTCNN_LANEWISE(product_error(f32 a, f32 b, f32 p),
                 static_cast<float>(static_cast<double>(a.v[i]) * static_cast<double>(b.v[i]) -
                                    static_cast<double>(p.v[i])))
FASTCNN_LANEWISE(fnma(f32 a, f32 b, f32 c), c.v[i] - a.v[i] * b.v[i])
FASTCNN_LANEWISE(max(f32 a, f32 b), a.v[i] > b.v[i] ? a.v[i] : b.v[i])
FASTCNN_LANEWISE(min(f32 a, f32 b), a.v[i] < b.v[i] ? a.v[i] : b.v[i])
FASTCNN_LANEWISE(abs(f32 a), __builtin_fabsf(a.v[i]))
FASTCNN_LANEWISE(sqrt(f32 a), __builtin_sqrtf(a.v[i]))
FASTCNN_LANEWISE(round(f32 a), __builtin_rintf(a.v[i]))
FASTCNN_LANEWISE(select(f32::Mask m, f32 a, f32 b), m.v[i] ? a.v[i] : b.v[i])
FASTCNN_LANEWISE(times_power_of_two(f32 a, f32 n), a.v[i] * ldexpf(1.0f, static_cast<int>(n.v[i])))
FASTCNN_LANEWISE(exponent(f32 a), static_cast<float>(ilogbf(a.v[i])))
FASTCNN_LANEWISE(mantissa(f32 a), ldexpf(a.v[i], -ilogbf(a.v[i])))
#undef FASTCNN_LANEWISE
FASTCNN_INLINE void add_product(f32& sum, f32 a, f32 b) { sum = fma(a, b, sum); }

FASTCNN_INLINE f32::Mask less(f32 a, f32 b) {
  f32::Mask m;
  for (std::size_t i = 0; i < f32::lanes; ++i) m.v[i] = a.v[i] < b.v[i];
  return m;
}
FASTCNN_INLINE f32::Mask equal(f32 a, f32 b) {
  f32::Mask m;
  for (std::size_t i = 0; i < f32::lanes; ++i) m.v[i] = a.v[i] == b.v[i];
  return m;
}

FASTCNN_INLINE float sum(f32 a) {
  for (std::size_t half = f32::lanes / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) a.v[i] += a.v[i + half];
  }
  return a.v[0];
}
FASTCNN_INLINE float largest(f32 a) {
  for (std::size_t half = f32::lanes / 2; half > 0; half /= 2) {
    for (std::size_t i = 0; i < half; ++i) a.v[i] = a.v[i + half] > a.v[i] ? a.v[i + half] : a.v[i];
  }
  return a.v[0];
}

}  // namespace fastcnn::simd::scalar
