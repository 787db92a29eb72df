// e^x for x <= 0 in the forms that the activations need: scaled, so that it is not subnormal before
// the last multiplication, and together with 1 - e^x.
//
// The computation is in two halves, so that a loop can interleave the halves of several batches:
// first reduced_decay reduces the argument, then decay_of completes the exponential.
#pragma once

#include <hillock/kernels/exp.hpp>
#include <hillock/kernels/power_table.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// e^x. A member that the caller does not use costs nothing.
template <class V>
struct Decay {
  /// 2^tail e^x. It is never subnormal, so a product of it and a factor is rounded only once if
  /// from_tail is multiplied in last.
  V scaled;
  /// The rounding error of the last addition of `scaled`.
  V scaled_low;

  /// Returns e^x.
  HILLOCK_INLINE V value() const noexcept { return scaled * ExpConstantsOf<V>::from_tail; }
};

/// e^x from a table of 8 powers, with which `scaled` is up to an ULP off.
template <class V>
struct DecayByTable : Decay<V> {
  /// As `scaled`, with the power's rounding error added before the last rounding.
  V scaled_closely;
};

/// Returns 2^tail e^x, as closely as it is known in one number.
template <class V>
HILLOCK_INLINE V scaled_closely(const Decay<V>& e) noexcept {
  return e.scaled;
}
template <class V>
HILLOCK_INLINE V scaled_closely(const DecayByTable<V>& e) noexcept {
  return e.scaled_closely;
}

/// e^x, and 1 - e^x without the loss of digits near 0.
template <class V>
struct DecayFromOne {
  /// 2^tail e^x.
  V scaled;
  /// 2^tail (1 - e^x); +0 where that is zero.
  V scaled_loss;

  /// Returns e^x.
  HILLOCK_INLINE V value() const noexcept { return scaled * ExpConstantsOf<V>::from_tail; }
};

/// Returns 1 at the scale of Decay::scaled: 2^tail.
template <class V>
HILLOCK_INLINE V scaled_one() noexcept {
  return 1 / ExpConstantsOf<V>::from_tail;
}

/// Returns x, or -decay_limit where x is below it: there e^x times decay_factor is 0 as well.
template <class V>
HILLOCK_INLINE V not_below_decay_limit(V x) noexcept {
  return not_below(x, -ExpConstantsOf<V>::decay_limit);
}

/// The number of fractional bits of n in e^x = 2^n (1 + m). The power of the fraction is looked up
/// in a table where the processor has one in registers; elsewhere n is an integer.
template <class V>
inline constexpr int decay_fraction_bits = simd::table_bits<typename V::value_type>;

/// Reduces an argument, -decay_limit <= x <= 0, for decay_of.
template <class V>
HILLOCK_INLINE Reduced<V> reduced_decay(V x) noexcept {
  return reduced<ExpConstantsOf<V>::tail, decay_fraction_bits<V>>(x);
}

/// Reduces x + x_low.
template <class V>
HILLOCK_INLINE Reduced<V> reduced_decay(V x, V x_low) noexcept {
  Reduced<V> sum = reduced_decay(x);
  sum.r = sum.r + x_low;
  return sum;
}

/// Returns e^x as a Decay, from its parts with a power that is 2^tail times as large.
template <class V>
HILLOCK_INLINE Decay<V> decay_of(const ExpParts<V>& parts) noexcept {
  const V scaled = fma(parts.m, parts.power, parts.power);
  return {scaled, fma(parts.m, parts.power, parts.power - scaled)};
}

/// Completes e^x from the reduced argument.
template <class V>
HILLOCK_INLINE auto decay_of(const Reduced<V>& x) noexcept {
  using C = ExpConstantsOf<V>;
  constexpr int fraction_bits = decay_fraction_bits<V>;
  if constexpr (fraction_bits > 0) {
    using Table = PowerTable<fraction_bits>;
    const V m = fma(x.r * x.r, polynomial(x.r, Table::p), x.r);
    const auto index = bits(x.shifted);
    const V power = V::from_bits((index << (C::mantissa_bits - fraction_bits)) +
                                 lookup(power_table<fraction_bits>.mantissas, index));
    const V rest = V::from_bits(lookup(power_table<fraction_bits>.rests, index));
    const V scaled = fma(m, power, power);
    const V scaled_low = fma(rest, power, fma(m, power, power - scaled));
    if constexpr (fraction_bits == 3)
      return DecayByTable<V>{{scaled, scaled_low}, fma(m + rest, power, power)};
    else
      return Decay<V>{scaled, scaled_low};
  } else {
    return decay_of(parts_of(x));
  }
}

/// Reduces x + x_low for any x <= 0. Below -decay_limit the exponential is that of -decay_limit: 0,
/// even times decay_factor.
template <class V>
HILLOCK_INLINE Reduced<V> reduced_decay_beyond_limit(V x, V x_low) noexcept {
  using C = ExpConstantsOf<V>;
  return reduced_decay(not_below_decay_limit(x), zero_where(x < -C::decay_limit, x_low));
}

/// Reduces an argument, -decay_limit <= Times x <= 0, for decay_from_one_of: of Times x, Times 1 or
/// 2.
template <int Times = 1, class V>
HILLOCK_INLINE Reduced<V> reduced_decay_from_one(V x) noexcept {
  return reduced<ExpConstantsOf<V>::tail, 0, Times>(x);
}

/// Completes e^x and 1 - e^x from the parts of e^x.
template <class V>
HILLOCK_INLINE DecayFromOne<V> decay_from_one_of(const ExpParts<V>& parts) noexcept {
  return {fma(parts.m, parts.power, parts.power),
          subtracted_product(scaled_one<V>() - parts.power, parts.m, parts.power)};
}
/// Completes e^x and 1 - e^x from the reduced argument.
template <class V>
HILLOCK_INLINE DecayFromOne<V> decay_from_one_of(const Reduced<V>& x) noexcept {
  return decay_from_one_of(parts_of(x));
}
/// Does the same for x + x_low. The correction is added to the small part of e^r - 1 and not to r,
/// which it would round once more.
template <class V>
HILLOCK_INLINE DecayFromOne<V> decay_from_one_of(const Reduced<V>& x, V x_low) noexcept {
  const V curve = x.r * x.r * polynomial_by_pairs(x.r, ExpConstantsOf<V>::q);
  const V correction = fma(x_low, x.r + curve, x_low);  // e^r x_low
  return decay_from_one_of(ExpParts<V>{x.r + (curve + correction), power_of(x)});
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
