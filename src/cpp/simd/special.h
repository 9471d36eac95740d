#pragma once

#include "simd/inline.h"
#include "simd/math.h"

// What activations need beside simd/math.h, on a vector type V of any vec_*.h.
//
// Error     expm1, log1p: under 3 units in the last place; erf: under 3. normal_cdf: under 2^-23,
//           absolute. Against float64.
// NaN       a NaN stays NaN in every lane.
// Source    The two polynomials of the error function are minimax fits to erf(x) / x - 1 and to
//           log(erfc(x)) / x, found by linear programming over 400 Chebyshev points of each
//           interval. log1p: W. Kahan's correction, in N. J. Higham, "Accuracy and Stability of
//           Numerical Algorithms", 2nd edition, SIAM, 2002, section 1.14.1.
namespace fastcnn::simd {

// e^x - 1 for x <= 0.
template <typename V>
FASTCNN_INLINE V expm1_of_negative(V x) {
  constexpr float kSmallest = -30.0f;  // already -1
  V n;
  const V r = reduce_by_ln_two(max(V::broadcast(kSmallest), x), n);
  n = max(n, V::broadcast(-126.0f));  // a NaN must not become an int
  const V one = V::broadcast(1.0f);
  return times_power_of_two(exp_reduced_minus_one(r), n) + (times_power_of_two(one, n) - one);
}

// ln(1 + x) for x in [0, 1]; what 1 + x rounds away comes back as a correction.
template <typename V>
FASTCNN_INLINE V log1p_of_fraction(V x) {
  const V u = V::broadcast(1.0f) + x;
  return log(u) + (x - (u - V::broadcast(1.0f))) / u;
}

// ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|)
template <typename V>
FASTCNN_INLINE V softplus(V x) {
  return max(V::zero(), x) + log1p_of_fraction(exp(V::zero() - abs(x)));
}

constexpr float kErfSplit = 0.9375f;

// erf(x) / x - 1 from x^2, for |x| <= kErfSplit.
template <typename V>
FASTCNN_INLINE V erf_near(V square) {
  constexpr float kTerms[] = {-5.919424634e-04f, 4.979131662e-03f,  -2.675703581e-02f,
                              1.128155251e-01f,  -3.761246864e-01f, 1.283791458e-01f};
  return polynomial(square, kTerms);
}

// 1 - erf(x) for x >= kErfSplit.
template <typename V>
FASTCNN_INLINE V erfc_far(V x) {
  constexpr float kTerms[] = {-1.188756971e-05f, 3.293924146e-04f,  -3.669336500e-03f,
                              2.381911256e-02f,  -1.063033661e-01f, -6.351109472e-01f,
                              -1.128658475e+00f};
  return exp(x * polynomial(x, kTerms));
}

template <typename V>
FASTCNN_INLINE V erf(V x) {
  const V size = abs(x);
  const V far = V::broadcast(1.0f) - erfc_far(size);
  return select(less(size, V::broadcast(kErfSplit)), fma(erf_near(x * x), x, x),
                select(less(x, V::zero()), V::zero() - far, far));
}

// (1 + erf(x / sqrt(2))) / 2, without cancellation where x is far below 0.
template <typename V>
FASTCNN_INLINE V normal_cdf(V x) {
  const V half = V::broadcast(0.5f);
  const V z = x * V::broadcast(0.707106781186547524f);
  const V size = abs(z);
  const V near = fma(fma(erf_near(z * z), z, z), half, half);
  const V tail = erfc_far(size) * half;
  return select(less(size, V::broadcast(kErfSplit)), near,
                select(less(x, V::zero()), tail, V::broadcast(1.0f) - tail));
}

}  // namespace fastcnn::simd
