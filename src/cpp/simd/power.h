#pragma once

#include "simd/inline.h"
#include "simd/math.h"

// x^y on a vector type V of any vec_*.h.
//
// Error     under 4 units in the last place, against float64.
// Limits    as C's pow, but for the sign of a result that comes of a negative zero: x^0 and 1^y are
//           1 even for NaN; a negative x takes an integral y, any other gives NaN.
// Source    log2 x as the sum of two floats, as in P. T. P. Tang, "Table-driven implementation of
//           the logarithm function in IEEE floating-point arithmetic", ACM TOMS 16(4), 1990, here
//           without a table: log2 m = 2 / ln(2) artanh(s), s = (m - 1) / (m + 1).
namespace fastcnn::simd {

// log2 x = high + low for finite x > 0.
template <typename V>
FASTCNN_INLINE V log2_in_two(V x, V& low) {
  constexpr float kScaleHigh = 2.88539004e+00f;  // 2 / ln 2
  constexpr float kScaleLow = 3.85192598e-08f;
  constexpr float kSqrtTwo = 1.41421356237309505f;
  // artanh(s) / s - 1, from s^2, without the first factor s^2
  constexpr float kTerms[] = {1.0f / 11, 1.0f / 9, 1.0f / 7, 1.0f / 5, 1.0f / 3};
  const V one = V::broadcast(1.0f);

  const auto subnormal = less(x, V::broadcast(1.175494351e-38f));
  const V normal = select(subnormal, x * V::broadcast(8388608.0f), x);  // by 2^23
  V e = exponent(normal) - select(subnormal, V::broadcast(23.0f), V::zero());
  V m = mantissa(normal);
  const auto high_half = less(V::broadcast(kSqrtTwo), m);
  e = select(high_half, e + one, e);
  m = select(high_half, m * V::broadcast(0.5f), m);

  const V f = m - one;
  const V d = m + one;
  const V d_low = m - (d - one);
  const V inverse = one / d;
  const V s = f * inverse;
  const V sd = s * d;
  const V s_low = ((f - sd) - product_error(s, d, sd) - s * d_low) * inverse;

  const V square = s * s;
  const V tail = s * square * polynomial(square, kTerms);
  const V scale = V::broadcast(kScaleHigh);
  const V log_m = s * scale;
  const V rest =
      product_error(s, scale, log_m) + fma(s, V::broadcast(kScaleLow), scale * (s_low + tail));
  const V high = e + log_m;
  low = (log_m - (high - e)) + rest;
  return high;
}

// x^y for x >= 0 and any y.
template <typename V>
FASTCNN_INLINE V power_of_positive(V x, V y) {
  constexpr float kInfinity = __builtin_inff();
  constexpr float kLn2 = 0.693147180559945309f;
  constexpr float kFar = 252.0f;  // 2^kFar is infinite, 2^-kFar is 0
  const V zero = V::zero();
  const V one = V::broadcast(1.0f);

  V low;
  const V safe = min(select(less(zero, x), x, one), V::broadcast(3.402823466e+38f));
  const V high = log2_in_two(safe, low);
  V z = y * high;
  V z_low = product_error(y, high, z) + y * low;
  z_low = select(less(abs(z), V::broadcast(kFar)), z_low, zero);
  z = min(V::broadcast(kFar), max(V::broadcast(-kFar), z));
  const V n = round(z);
  const V r = ((z - n) + z_low) * V::broadcast(kLn2);
  V result = times_two_to(exp_reduced_minus_one(r) + one, n);

  const auto growing = less(zero, y);
  const V to_infinity = select(growing, V::broadcast(kInfinity), zero);
  const V to_zero = select(growing, zero, V::broadcast(kInfinity));
  result = select(equal(y, y), select(equal(x, zero), to_zero, result), result);
  result =
      select(equal(y, y), select(equal(x, V::broadcast(kInfinity)), to_infinity, result), result);
  result = select(equal(x, x), result, x);
  return select(equal(x, one), one, select(equal(y, zero), one, result));
}

template <typename V>
FASTCNN_INLINE V power(V x, V y) {
  const V size = power_of_positive(abs(x), y);
  const V half = y * V::broadcast(0.5f);
  const V even = select(equal(round(half), half), size, V::zero() - size);
  // Any power of minus infinity is that of infinity, but for the sign.
  const V fraction =
      select(equal(x, V::broadcast(-__builtin_inff())), size, V::broadcast(__builtin_nanf("")));
  const V signed_size = select(equal(round(y), y), even, fraction);
  const V of_negative = select(equal(y, V::zero()), size, signed_size);
  return select(less(x, V::zero()), of_negative, size);
}

}  // namespace fastcnn::simd
