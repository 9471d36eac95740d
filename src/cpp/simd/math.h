#pragma once

#include <cstddef>

#include "simd/inline.h"

// exp, log, tanh and sigmoid on a vector type V of any vec_*.h. Include that header first.
//
// Error     exp, log: under 2 units in the last place; tanh, sigmoid: under 4. Against float64,
//           over every float32 exponent.
// NaN       a NaN stays NaN in every lane; the log of a number below 0 is NaN.
// Limits    exp(-inf) = 0, exp(89) = inf, log(0) = -inf, log(inf) = inf; exp reaches subnormals,
//           log takes them. sigmoid(x) is 0 below -88.7.
// Source    polynomials: S. L. Moshier, Cephes Mathematical Library 2.2 (expf.c, logf.c, tanhf.c).
//           Range reduction and special values: J.-M. Muller, "Elementary Functions: Algorithms
//           and Implementation", 3rd edition, Birkhauser, 2016, chapter 11.
namespace fastcnn::simd {

// c[0] x^(n-1) + ... + c[n-1]
template <typename V, std::size_t n>
FASTCNN_INLINE V polynomial(V x, const float (&c)[n]) {
  V sum = V::broadcast(c[0]);
  for (std::size_t i = 1; i < n; ++i) sum = fma(sum, x, V::broadcast(c[i]));
  return sum;
}

// e^r - 1 for |r| <= ln(2) / 2.
template <typename V>
FASTCNN_INLINE V exp_reduced_minus_one(V r) {
  constexpr float kTerms[] = {1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f,
                              4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
  return fma(polynomial(r, kTerms), r * r, r);
}

// v 2^n for an integral n in [-252, 254]: n leaves the range of one power of two at both ends,
// hence two; a NaN must not become an int.
template <typename V>
FASTCNN_INLINE V times_two_to(V v, V n) {
  n = max(n, V::broadcast(-252.0f));
  const V half = round(n * V::broadcast(0.5f));
  return times_power_of_two(times_power_of_two(v, half), n - half);
}

// x - n ln 2 with n = round(x / ln 2).
template <typename V>
FASTCNN_INLINE V reduce_by_ln_two(V x, V& n) {
  constexpr float kLog2E = 1.44269504088896341f;
  constexpr float kLn2High = 0.693359375f;  // 10 bits, so that n * kLn2High is exact
  constexpr float kLn2Low = -2.12194440e-4f;
  n = round(x * V::broadcast(kLog2E));
  return fma(n, V::broadcast(-kLn2Low), fma(n, V::broadcast(-kLn2High), x));
}

// e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln(2) / 2.
template <typename V>
FASTCNN_INLINE V exp(V x) {
  constexpr float kLargest = 89.0f;     // already infinite
  constexpr float kSmallest = -104.0f;  // already zero
  V n;
  const V r = reduce_by_ln_two(min(V::broadcast(kLargest), max(V::broadcast(kSmallest), x)), n);
  return times_two_to(exp_reduced_minus_one(r) + V::broadcast(1.0f), n);
}

// ln x = e ln 2 + ln(1 + f) with x = 2^e (1 + f), 1 + f in [sqrt(1/2), sqrt(2)).
template <typename V>
FASTCNN_INLINE V log(V x) {
  constexpr float kInfinity = __builtin_inff();
  constexpr float kSqrtTwo = 1.41421356237309505f;
  constexpr float kLn2High = 0.693359375f;
  constexpr float kLn2Low = -2.12194440e-4f;
  constexpr float kTerms[] = {7.0376836292e-2f,  -1.1514610310e-1f, 1.1676998740e-1f,
                              -1.2420140846e-1f, 1.4249322787e-1f,  -1.6668057665e-1f,
                              2.0000714765e-1f,  -2.4999993993e-1f, 3.3333331174e-1f};
  const V one = V::broadcast(1.0f);
  const V zero = V::zero();

  const auto positive = less(zero, x);
  const V finite = min(select(positive, x, one), V::broadcast(3.402823466e+38f));
  const auto subnormal = less(finite, V::broadcast(1.175494351e-38f));
  const V normal = select(subnormal, finite * V::broadcast(8388608.0f), finite);  // by 2^23
  V e = exponent(normal) - select(subnormal, V::broadcast(23.0f), zero);
  V m = mantissa(normal);
  const auto high = less(V::broadcast(kSqrtTwo), m);
  e = select(high, e + one, e);
  m = select(high, m * V::broadcast(0.5f), m);

  const V f = m - one;
  const V f2 = f * f;
  V tail = polynomial(f, kTerms) * f * f2;
  tail = fma(e, V::broadcast(kLn2Low), tail);
  tail = fma(f2, V::broadcast(-0.5f), tail);
  const V result = fma(e, V::broadcast(kLn2High), f + tail);

  const V of_zero =
      select(equal(x, zero), V::broadcast(-kInfinity), V::broadcast(__builtin_nanf("")));
  return select(less(x, V::broadcast(kInfinity)), select(positive, result, of_zero),
                select(positive, x, x + x));  // infinity and NaN
}

// An odd polynomial near 0, elsewhere 1 - 2 / (e^2|x| + 1) with the sign of x.
template <typename V>
FASTCNN_INLINE V tanh(V x) {
  constexpr float kTerms[] = {-5.70498872745e-3f, 2.06390887954e-2f, -5.37397155531e-2f,
                              1.33314422036e-1f, -3.33332819422e-1f};
  const V one = V::broadcast(1.0f);
  const V size = abs(x);

  const V square = x * x;
  const V near = fma(polynomial(square, kTerms) * square, x, x);
  const V far = one - V::broadcast(2.0f) / (exp(size + size) + one);
  return select(less(size, V::broadcast(0.625f)), near,
                select(less(x, V::zero()), V::zero() - far, far));
}

// 1 / (1 + e^-x)
template <typename V>
FASTCNN_INLINE V sigmoid(V x) {
  const V one = V::broadcast(1.0f);
  return one / (one + exp(V::zero() - x));
}

}  // namespace fastcnn::simd
