// e^x for x <= 0 in the forms that the activations need: never subnormal before the last
// multiplication, and e^x - 1 beside it.
#pragma once

#include <hillock/kernels/exp.hpp>
#include <hillock/kernels/power_table.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// e^x; what is not used costs nothing.
template <class V>
struct Decay {
  /// 2^tail e^x: never subnormal, so a factor multiplied into it, and from_tail last, is rounded
  /// once.
  V scaled;
  /// What the last addition of `scaled` rounded off.
  V scaled_low;

  HILLOCK_INLINE V value() const noexcept { return scaled * ExpConstantsOf<V>::from_tail; }
};

/// e^x, and 1 - e^x without the loss of digits near 0.
template <class V>
struct DecayFromOne {
  V scaled;
  /// 2^tail (1 - e^x). A zero comes out as +0.
  V scaled_loss;

  HILLOCK_INLINE V value() const noexcept { return scaled * ExpConstantsOf<V>::from_tail; }
};

/// 1 at the scale of Decay::scaled.
template <class V>
HILLOCK_INLINE V scaled_one() noexcept {
  return 1 / ExpConstantsOf<V>::from_tail;
}

template <class V>
HILLOCK_INLINE V not_below_decay_limit(V x) noexcept {
  return not_below(x, -ExpConstantsOf<V>::decay_limit);
}

/// Fractional bits of n in a decay: e^x = 2^n (1 + m), the fraction's power by a table.
template <class V>
inline constexpr int decay_fraction_bits = simd::table_bits<typename V::value_type>;

/// For -decay_limit <= x <= 0: the first half of e^x, for decay_of.
template <class V>
HILLOCK_INLINE Reduced<V> reduced_decay(V x) noexcept {
  return reduced<ExpConstantsOf<V>::tail, decay_fraction_bits<V>>(x);
}

/// The same of x + x_low.
template <class V>
HILLOCK_INLINE Reduced<V> reduced_decay(V x, V x_low) noexcept {
  Reduced<V> sum = reduced_decay(x);
  sum.r = sum.r + x_low;
  return sum;
}

/// The second half.
template <class V>
HILLOCK_INLINE Decay<V> decay_of(const Reduced<V>& x) noexcept {
  using C = ExpConstantsOf<V>;
  constexpr int fraction_bits = decay_fraction_bits<V>;
  if constexpr (fraction_bits > 0) {
    using Table = PowerTable<fraction_bits>;
    const V m = fma(x.r * x.r, polynomial(x.r, Table::p), x.r);
    const auto index = bits(x.shifted);
    const V power = V::from_bits((index << (C::mantissa_bits - fraction_bits)) +
                                 looked_up(power_table<fraction_bits>.mantissas, index));
    const V rest = V::from_bits(looked_up(power_table<fraction_bits>.rests, index));
    const V scaled = fma(m, power, power);
    return {scaled, fma(rest, power, fma(m, power, power - scaled))};
  } else {
    const ExpParts<V> parts = parts_of(x);
    const V scaled = fma(parts.m, parts.power, parts.power);
    return {scaled, fma(parts.m, parts.power, parts.power - scaled)};
  }
}

/// e^(x + x_low) for x <= 0. Below -decay_limit it stays what it is there: 0, even times decay_factor.
template <class V>
HILLOCK_INLINE Reduced<V> reduced_decay_beyond_limit(V x, V x_low) noexcept {
  using C = ExpConstantsOf<V>;
  return reduced_decay(not_below_decay_limit(x), zero_where(x < -C::decay_limit, x_low));
}

/// For -decay_limit <= x <= 0, of 2 x for Times = 2: the first half of e^x and 1 - e^x, for
/// decay_from_one_of.
template <int Times = 1, class V>
HILLOCK_INLINE Reduced<V> reduced_decay_from_one(V x) noexcept {
  return reduced<ExpConstantsOf<V>::tail, 0, Times>(x);
}

/// The second half.
template <class V>
HILLOCK_INLINE DecayFromOne<V> decay_from_one_of(const Reduced<V>& x) noexcept {
  const ExpParts<V> parts = parts_of(x);
  return {fma(parts.m, parts.power, parts.power),
          subtracted_product(scaled_one<V>() - parts.power, parts.m, parts.power)};
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
