// The standard normal distribution Phi and its density phi, in the form that GELU needs.
//
//   Phi(-a) = e^(-a^2/2) m(a) for a >= 0, where m is Mills' ratio divided by sqrt(2 pi).
//
// m has no exponential in it, so a polynomial in u = (a - 4) / (a + 4) serves the whole range:
// (a + 1.25) m(a) goes from 0.625 to 0.4, so slowly that the rounding errors of u do not count. The
// rounding error of a^2 is added to the exponent: without it, e^(-a^2/2) would be a quarter of a^2
// ULP off, up to 50.
#pragma once

#include <hillock/kernels/pair.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

template <class T>
struct NormalConstants;

template <>
struct NormalConstants<float> {
  static constexpr float limit = 16.0f;  // a Phi(-a) is 0 from 14.2
  // fpminimax of (a + 1.25) m(a) in u, 0 <= a <= 16: relative error 2^-27.3.
  static constexpr float tail[11] = {0x1.fb8d36p-2f,   -0x1.1d4ad6p-3f,  0x1.716a0ap-5f,
                                     0x1.5dbd14p-7f,   -0x1.911d0cp-6f,  0x1.0320ep-6f,
                                     -0x1.3f74d8p-8f,  -0x1.206bb6p-13f, 0x1.529662p-11f,
                                     -0x1.5651fcp-14f, -0x1.30555ap-14f};
  // fpminimax of (m(a) - a phi(0)) / (root - a): relative error 2^-25.9.
  static constexpr float slope[10] = {
      0x1.d94de8p-2f,   -0x1.a76302p-4f,  0x1.ef4f8ep-5f,  -0x1.cc1dbep-6f,  0x1.3782acp-7f,
      -0x1.d4d04ap-10f, -0x1.4f85acp-13f, 0x1.828e0ep-13f, -0x1.487852p-17f, -0x1.d62756p-17f};
  static constexpr float root = 0x1.80ead2p-1f;  // of m(a) - a phi(0), in two parts
  static constexpr float root_low = -0x1.a03fd4p-27f;
};

template <>
struct NormalConstants<double> {
  static constexpr double limit = 46.0;  // a Phi(-a) is 0 from 38.6
  // fpminimax as for floats, 0 <= a <= 46: relative error 2^-55.9.
  static constexpr double tail[24] = {
      0x1.fb8d36288361ep-2,   -0x1.1d4ad7c6f13b2p-3,  0x1.7169e9b9610d2p-5,
      0x1.5dbfe8f51097ep-7,   -0x1.911b6cec9cca9p-6,  0x1.0314d68005076p-6,
      -0x1.3f851dd27999p-8,   -0x1.081296c384afbp-13, 0x1.53caa61289d8ep-11,
      -0x1.bbd644950fa01p-14, -0x1.5271691f7328dp-14, 0x1.77f179a66c104p-16,
      0x1.a52464c993c1ep-17,  -0x1.e8805f5eed3bdp-19, -0x1.48853e71eb1b7p-19,
      0x1.e9b4e8bcf30c5p-22,  0x1.1be1c4958dfdcp-21,  -0x1.93bab5794a7f8p-27,
      -0x1.d47aa68b9951cp-24, -0x1.2506cf906c55p-26,  0x1.34f2abd2f0524p-26,
      0x1.94e71a028d41fp-28,  -0x1.cdb74dbc16e79p-30, -0x1.b8dc0ea0c8c8ep-31};
  static constexpr double slope[22] = {
      0x1.d94de78425463p-2,   -0x1.a763001ac67d4p-4,  0x1.ef4ff8013791cp-5,   -0x1.cc1e2623d9fe3p-6,
      0x1.37754d81705p-7,     -0x1.d4c822291c8a4p-10, -0x1.443f63f2c24ap-13,  0x1.85999b8d6042ap-13,
      -0x1.25380e6185f3bp-16, -0x1.2e935bf4d5dbp-16,  0x1.dafb8543444d8p-19,  0x1.29826b2a27674p-19,
      -0x1.083b479cb0dc4p-21, -0x1.76c2cdef147a3p-22, 0x1.c29103c9bf1b2p-25,  0x1.0cfe1b5bdcfdbp-24,
      -0x1.fdf4498781fe9p-31, -0x1.6d64978c1c964p-27, -0x1.971a02f6c510dp-30, 0x1.503fcf88f84c1p-30,
      0x1.6aebb0388cd55p-32,  -0x1.68b11765f93acp-36};
  static constexpr double root = 0x1.80ead197f00b4p-1;
  static constexpr double root_low = -0x1.13e74c58cada8p-56;
};

template <class V>
using NormalConstantsOf = NormalConstants<typename V::value_type>;

/// Returns |x|, limited to where a Phi(-a) and a phi(a) are 0.
template <class V>
HILLOCK_INLINE V normal_magnitude(V x) noexcept {
  return not_above(abs(x), NormalConstantsOf<V>::limit);
}

/// Reduces -a^2/2, for parts_of: the power of the result is 2^tail times as large.
template <class V>
HILLOCK_INLINE Reduced<V> reduced_normal_decay(V a) noexcept {
  const TwoParts<V> square = exact_product(a, a);
  Reduced<V> sum = reduced_decay_from_one(square.high * -0.5);
  sum.r = fma(square.low, -0.5, sum.r);
  return sum;
}

/// Returns the polynomial and the rounding error of its last addition, if |c[0]| is larger than the
/// rest of it.
template <class V, std::size_t N>
HILLOCK_INLINE TwoParts<V> polynomial_in_two_parts(V x,
                                                   const typename V::value_type (&c)[N]) noexcept {
  V rest = c[N - 1];
  for (std::size_t i = N - 1; i-- > 1;) rest = fma(rest, x, c[i]);
  rest = rest * x;
  const V high = c[0] + rest;
  return {high, (c[0] - high) + rest};
}

/// Returns 2^tail a Phi(-a) from e^(-a^2/2) = power (1 + m). With the rounding of (a + 1.25) m(a)
/// the result would be 4.3 ULP off at 1.86 without fma.
template <class V>
HILLOCK_INLINE V scaled_normal_tail(V a, const ExpParts<V>& e) noexcept {
  const V u = (a - 4) / (a + 4);
  const TwoParts<V> p = polynomial_in_two_parts(u, NormalConstantsOf<V>::tail);
  const V product = p.high + fma(p.high, e.m, p.low);
  return product * a / (a + 1.25) * e.power;
}

/// Returns 2^tail (Phi(-a) - a phi(a)) from e^(-a^2/2) = power (1 + m). The root is a factor, so
/// that nothing cancels near it.
template <class V>
HILLOCK_INLINE V scaled_normal_slope(V a, const ExpParts<V>& e) noexcept {
  using C = NormalConstantsOf<V>;
  const V u = (a - 4) / (a + 4);
  const V q = polynomial(u, C::slope) * ((C::root - a) + C::root_low);
  return fma(q, e.m, q) * e.power;
}

// The same of pairs of doubles, where nothing has to be fast and a is at most 46.

template <class W>
Reduced<Pair<W>> reduced_normal_decay(const Pair<W>& a) noexcept {
  return reduced_decay_from_one(a * a * Pair<W>(-0.5));
}

namespace internals {

/// Returns phi(0) = 1 / sqrt(2 pi).
template <class W>
Pair<W> normal_density_at_zero() noexcept {
  return TwoParts<W>{0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56};
}

/// Returns 2^tail Phi(-a) from 2^tail e^(-a^2/2): by the series
///   Phi(-a) = 1/2 - phi(a) (a + a^3/3 + a^5/(3 5) + ...)
/// below 4, which loses 15 bits there, else by the continued fraction
///   Phi(-a) = phi(a) / (a + 1/(a + 2/(a + 3/(a + ...)))).
template <class W>
Pair<W> scaled_lower_tail(const Pair<W>& a, const Pair<W>& scaled) noexcept {
  using P = Pair<W>;
  const P limit = 4;
  const P density = scaled * normal_density_at_zero<W>();
  const P lower = not_above(a, limit);
  const P square = lower * lower;
  P series = 1;
  for (int k = 60; k > 0; --k) series = P(1) + square * series / P(2 * k + 1);
  const P large = not_below(a, limit);
  P fraction = large;
  for (int k = 60; k > 0; --k) fraction = large + P(k) / fraction;
  return select(a < limit, scaled_one<P>() * P(0.5) - density * lower * series, density / fraction);
}

}  // namespace internals

template <class W>
Pair<W> scaled_normal_tail(const Pair<W>& a, const ExpParts<Pair<W>>& e) noexcept {
  return a * internals::scaled_lower_tail(a, e.power + e.power * e.m);
}

template <class W>
Pair<W> scaled_normal_slope(const Pair<W>& a, const ExpParts<Pair<W>>& e) noexcept {
  const Pair<W> scaled = e.power + e.power * e.m;
  return internals::scaled_lower_tail(a, scaled) -
         a * scaled * internals::normal_density_at_zero<W>();
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
