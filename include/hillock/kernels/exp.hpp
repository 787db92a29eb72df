// The exponential, in the parts that the activation functions need.
//
//   n = rint(x / ln 2),  r = x - n ln 2  in [-0.3467, 0.3467],  e^x = 2^n (1 + m),  m = e^r - 1.
//
// m is r + r^2 q(r) with one polynomial q, fitted so that m has a small relative error, so that it
// serves both e^x and e^x - 1. ln 2 is subtracted in two parts, the first with so few bits that n
// times it is exact. A correction, the rounding error of x, may be added to r, so that e^(a + b) is
// as accurate as e^x.
#pragma once

#include <hillock/kernels/polynomial.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

template <class T>
struct ExpConstants;

template <>
struct ExpConstants<float> {
  static constexpr float log2_e = 0x1.715476p+0f;
  static constexpr float ln2_high = 0x1.62e4p-1f;  // 15 bits: n of up to 9 bits times it is exact
  static constexpr float ln2_low = 0x1.7f7d1cp-20f;
  // fpminimax of (e^r - 1) / r, |r| <= 0.3467: relative error 2^-26.0 of e^r - 1, 2^-27.4 of e^r.
  static constexpr float q[5] = {0x1.fffffep-2f, 0x1.5554bp-3f, 0x1.555716p-5f, 0x1.12279ep-7f,
                                 0x1.6b7376p-10f};
  static constexpr float magic = 0x1.8p23f;  // adding it leaves the nearest integer in the low bits
  static constexpr int mantissa_bits = 23;
  static constexpr int bias = 127;
  static constexpr float overflow = 89.0f;     // e^x is infinite from 88.72284
  static constexpr float underflow = -105.0f;  // e^x is 0 from -103.97208
  static constexpr int tail = 64;              // 2^64 e^x is normal wherever a decay is computed
  static constexpr float from_tail = 0x1p-64f;
  static constexpr float decay_limit = 131.0f;    // n >= -189
  static constexpr float decay_factor = 0x1p38f;  // times e^-131 rounds to 0
  static constexpr float product_limit = 193.0f;  // even 2^128 e^-193 rounds to 0
};

template <>
struct ExpConstants<double> {
  static constexpr double log2_e = 0x1.71547652b82fep+0;
  static constexpr double ln2_high = 0x1.62e42fefa3p-1;  // 41 bits
  static constexpr double ln2_low = 0x1.3de6af278ece6p-42;
  // fpminimax of (e^r - 1) / r, |r| <= 0.3467: relative error 2^-55.5 of e^r - 1, 2^-56.9 of e^r.
  static constexpr double q[10] = {
      0x1.0000000000005p-1,  0x1.555555555553bp-3,  0x1.5555555552101p-5,  0x1.1111111118834p-7,
      0x1.6c16c17f336c2p-10, 0x1.a01a0177f3cc2p-13, 0x1.a019a6914b521p-16, 0x1.71de80fa2e936p-19,
      0x1.28a2a1b4b3061p-22, 0x1.ae77aa6d7a17p-26};
  static constexpr double magic = 0x1.8p52;
  static constexpr int mantissa_bits = 52;
  static constexpr int bias = 1023;
  static constexpr double overflow = 710.0;    // e^x is infinite from 709.78271
  static constexpr double underflow = -746.0;  // e^x is 0 from -745.13322
  static constexpr int tail = 512;
  static constexpr double from_tail = 0x1p-512;
  static constexpr double decay_limit = 1060.0;    // n >= -1530
  static constexpr double decay_factor = 0x1p453;  // times e^-1060 rounds to 0
  static constexpr double product_limit = 1456.0;
};

template <class V>
using ExpConstantsOf = ExpConstants<typename V::value_type>;

/// The parts of e^x = 2^n (1 + m): m, and power = 2^(n + Offset) for the Offset of the reduction.
template <class V>
struct ExpParts {
  V m;
  V power;
};

/// A reduced argument: x = n ln 2 + r. The lowest bits of `shifted` are those of n + Offset + bias.
template <class V>
struct Reduced {
  V r;
  V shifted;
};

/// The difference shifted - n of a Reduced. Adding it rounds to a multiple of 2^-FractionBits.
template <class V, int Offset, int FractionBits = 0>
inline constexpr auto shift = static_cast<typename V::value_type>(
    ExpConstantsOf<V>::magic / (1 << FractionBits) + (ExpConstantsOf<V>::bias + Offset));

/// Reduces x (or 2 x for Times = 2), with n a multiple of 2^-FractionBits. This is right for any x
/// for which 2^(n + Offset) is a normal number; n and r alone are right as long as n has no more
/// than 9 bits before the point (12 in double).
template <int Offset, int FractionBits = 0, int Times = 1, class V>
HILLOCK_INLINE Reduced<V> reduced(V x) noexcept {
  static_assert(Times == 1 || Times == 2);
  using C = ExpConstantsOf<V>;
  // The factor 2 is in the constant: from the sum x + x the chain of dependent instructions would
  // be longer.
  const V shifted = fma(x, Times * C::log2_e, shift<V, Offset, FractionBits>);
  const V n = shifted - shift<V, Offset, FractionBits>;
  const V whole = Times == 1 ? x : x + x;
  return {fma(n, -C::ln2_low, fma(n, -C::ln2_high, whole)), shifted};
}

/// Returns n of an argument that was reduced with this Offset.
template <int Offset, class V>
HILLOCK_INLINE V whole_part(const Reduced<V>& x) noexcept {
  return x.shifted - shift<V, Offset>;
}

/// Returns 2^(n + Offset) for an integer n.
template <class V>
HILLOCK_INLINE V power_of(const Reduced<V>& x) noexcept {
  return V::from_bits(bits(x.shifted) << ExpConstantsOf<V>::mantissa_bits);
}

/// Completes the parts of e^x from the reduced argument.
template <class V>
HILLOCK_INLINE ExpParts<V> parts_of(const Reduced<V>& x) noexcept {
  return {fma(x.r * x.r, polynomial_by_pairs(x.r, ExpConstantsOf<V>::q), x.r), power_of(x)};
}

/// Returns 2^n for an integer n whose power is a normal number.
template <class V>
HILLOCK_INLINE V power_of_two(V n) noexcept {
  using C = ExpConstantsOf<V>;
  constexpr auto magic = static_cast<typename V::value_type>(C::magic + C::bias);
  return V::from_bits(bits(n + magic) << C::mantissa_bits);
}

/// Returns v 2^n, rounded once, for an integer n of at most twice the exponent range. What exceeds
/// a normal power is multiplied in first; that product is exact unless the result is 0.
template <class V>
HILLOCK_INLINE V scaled_by_power(V v, V n) noexcept {
  using C = ExpConstantsOf<V>;
  const V lowest = 1 - C::bias;
  const V highest = C::bias;
  const V last = select(n < lowest, lowest, select(n > highest, highest, n));
  return v * power_of_two(n - last) * power_of_two(last);
}

/// Returns a e^(x + x_low) for x <= 0 and any finite a, rounded as one product, also where e^x
/// alone or a alone is subnormal, or where one is tiny and the other huge. The function is out of
/// line because it serves parameters of extreme size, and would make the kernels that may need it
/// too large to inline.
template <class V>
HILLOCK_COLD V times_exp(V a, V x, V x_low) noexcept {
  using C = ExpConstantsOf<V>;
  const auto below = x < -C::product_limit;
  Reduced<V> sum = reduced<0>(not_below(x, -C::product_limit));
  sum.r = sum.r + select(below, 0, x_low);
  const V m = parts_of(sum).m;
  const V n = whole_part<0>(sum);
  // One factor 1/2 of 2^n goes to the mantissa, which is then at most 1, so that the product with a
  // cannot overflow.
  const V first = select(n < 0, -1, n);
  const V half = select(n < 0, 0.5, 1);
  const V product = a * fma(m, half, half);
  // n reaches twice the exponent range, and scaled_by_power with one range less: the first range is
  // multiplied in here.
  const V rest = n - first;
  const V lowest = 1 - C::bias;
  const auto deep = rest < lowest;
  return scaled_by_power(product * select(deep, power_of_two(lowest), 1),
                         select(deep, rest - lowest, rest));
}

/// Returns e^x over the whole range; at most 1.1 ULP off.
template <class V>
HILLOCK_INLINE V exp(V x) noexcept {
  using C = ExpConstantsOf<V>;
  const V bounded = not_below(not_above(x, C::overflow), C::underflow);
  const Reduced<V> parts = reduced<0>(bounded);
  return scaled_by_power(V(1) + parts_of(parts).m, whole_part<0>(parts));
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
