// log(1 + x) without the loss of digits near 0.
//
//   1 + x = 2^k (1 + f),  1 + f in [sqrt(1/2), sqrt(2)),  log(1 + x) = k ln 2 + log(1 + f).
//
// With s = f / (2 + f), log(1 + f) = 2 atanh(s) = f - (f^2/2 - s (f^2/2 + s^2 l(s^2))): everything
// that is subtracted from f is small compared with it, and so are its rounding errors. For k = 0, f
// is x itself. Elsewhere 1 + x is rounded to u, and the rounding error, divided by u, is added to
// the small part.
#pragma once

#include <hillock/kernels/exp.hpp>

#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

template <class T>
struct Log1pConstants;

template <>
struct Log1pConstants<float> {
  // fpminimax of (2 atanh(s) - 2 s) / s^3 in even powers, |s| <= 0.1716: relative error 2^-28.4 of
  // log(1 + f).
  static constexpr float l[3] = {0x1.55555cp-1f, 0x1.997b94p-2f, 0x1.2ef7bcp-2f};
  static constexpr std::uint32_t one = 0x3f800000;
  static constexpr std::uint32_t root_half = 0x3f3504f3;  // sqrt(1/2)
  static constexpr std::uint32_t infinity = 0x7f800000;   // also the mask of the exponent
  static constexpr std::uint32_t nan = 0x7fc00000;
  static constexpr float integer = 0x1p23f;  // its low bits hold any smaller integer added to it
};

template <>
struct Log1pConstants<double> {
  // fpminimax as for floats: relative error 2^-57.6 of log(1 + f).
  static constexpr double l[7] = {0x1.5555555555558p-1, 0x1.99999999952d9p-2, 0x1.2492492df75b2p-2,
                                  0x1.c71c62dc17c4bp-3, 0x1.7462b76fd5d48p-3, 0x1.39fe05dd8479p-3,
                                  0x1.2b5c824e8b5d7p-3};
  static constexpr std::uint64_t one = 0x3ff0000000000000;
  static constexpr std::uint64_t root_half = 0x3fe6a09e667f3bcd;
  static constexpr std::uint64_t infinity = 0x7ff0000000000000;
  static constexpr std::uint64_t nan = 0x7ff8000000000000;
  static constexpr double integer = 0x1p52;
};

template <class V>
using Log1pConstantsOf = Log1pConstants<typename V::value_type>;

/// Returns log(1 + x) for finite x > -1, +0 for -0; at most 1 ULP off.
template <class V>
HILLOCK_INLINE V log1p_bounded(V x) noexcept {
  using C = Log1pConstantsOf<V>;
  using E = ExpConstantsOf<V>;
  using Pattern = decltype(bits(x));
  const V u = 1 + x;

  // Once the distance of 1 from sqrt(1/2) is added, the bits of u have the biased k above those of
  // 1 + f.
  const Pattern shifted = bits(u) + Pattern(C::one - C::root_half);
  const Pattern exponent = shifted & Pattern(C::infinity);
  const V k =
      V::from_bits((shifted >> E::mantissa_bits) | bits(V(C::integer))) - (C::integer + E::bias);
  const V mantissa = V::from_bits(shifted - exponent + Pattern(C::root_half));
  const auto near_zero = k == 0;
  const V f = select(near_zero, x, mantissa - 1);

  const V q = 1 / (2 + f);
  const V s = f * q;
  const V s_squared = s * s;
  const V half_square = f * 0.5 * f;
  const V atanh_part = s * fma(s_squared, polynomial(s_squared, C::l), half_square);

  // The rounding error of u is exactly x - (u - 1) as long as u - 1 is exact; where it is not,
  // log(u) > 16 (36 in double) is so large that the error does not count. 1/u is 2^-k / (1 + f),
  // and (2 q)^2 is within 3 % of 1 / (1 + f). The factor 4 keeps 2^(2 - k) normal.
  const V four_over_power = V::from_bits(V::sign_bit() - exponent);
  const V lost = select(near_zero, 0, x - (u - 1)) * four_over_power;
  const V correction = fma(k, E::ln2_low, lost * (q * q));

  return fma(k, E::ln2_high, f - (half_square - (atanh_part + correction)));
}

/// Returns log(1 + x) over the whole range, -0 for -0, -infinity at -1 and NaN below it; at most
/// 1 ULP off.
template <class V>
HILLOCK_INLINE V log1p(V x) noexcept {
  using C = Log1pConstantsOf<V>;
  using Pattern = decltype(bits(x));
  constexpr auto largest = std::numeric_limits<typename V::value_type>::max();
  // The constants are sealed, because a compiler that may assume that nothing is infinite or NaN
  // removes the selections of such constants.
  const V nan = sealed(V::from_bits(Pattern(C::nan)));
  const V minus_infinity = sealed(V::from_bits(Pattern(C::infinity) | V::sign_bit()));
  const V end = sealed(V(largest));
  const V inside = select(x > end, x, copysign(log1p_bounded(x), x));
  const V result = select(x <= -1, select(x < -1, nan, minus_infinity), inside);
  return select(is_nan(x), x, result);
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
