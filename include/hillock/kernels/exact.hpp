// A function of floats correctly rounded, from its formula in doubles.
//
// A float is widened, the formula computed in double, and the result rounded once. The formula's
// error bound says how far the true value may be off; where both ends of that interval round to the
// same number, that is the answer. Where they do not (the interval is some 2^-25 of the distance of
// two floats; but there are functions that pass so close to the middle between two that no double can
// tell, as sigmoid does near 0), the same formula is computed once more on pairs of doubles.
//
// Results are converted by the processor where they are normal floats, and by integers where they
// are subnormal: a program that was linked with -ffast-math has the processor put 0 in the place of
// those.
#pragma once

#include <hillock/kernels/pair.hpp>
#include <hillock/kernels/rectifier.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// The formats a result is rounded to: bits of the mantissa, the leading one included, and the
/// exponent of the smallest normal number.
struct Binary32 {
  static constexpr int digits = 24;
  static constexpr int min_exponent = -126;
};
struct Binary16 {
  static constexpr int digits = 11;
  static constexpr int min_exponent = -14;
};
struct BFloat16 {
  static constexpr int digits = 8;
  static constexpr int min_exponent = -126;
};

constexpr double two_to_the(int exponent) noexcept {
  double power = 1;
  for (; exponent > 0; --exponent) power *= 2;
  for (; exponent < 0; ++exponent) power /= 2;
  return power;
}

/// y with as many bits as Format has for it, to nearest, ties to even. A value beyond Format's
/// largest is left to the conversion that follows.
template <class Format, class W>
HILLOCK_INLINE W rounded_to(W y) noexcept {
  using Pattern = decltype(bits(y));
  constexpr std::uint64_t exponent_bits = 0x7ff0000000000000;
  // Where 1.5 * 2^52 spacings of Format are added, what is below the spacing is rounded off.
  const W size = not_below(not_above(abs(y), 0x1p200), two_to_the(Format::min_exponent));
  const W magic =
      W::from_bits(bits(size) & Pattern(exponent_bits)) * (1.5 * two_to_the(53 - Format::digits));
  return copysign((abs(y) + magic) - magic, y);
}

/// A batch of floats that holds two batches of doubles, rounded once to Format.
template <class Format, class W>
HILLOCK_INLINE auto narrowed_to(W low, W high) noexcept {
  if constexpr (std::is_same_v<Format, Binary32>)
    return simd::narrowed(low, high);
  else
    return simd::narrowed(rounded_to<Format>(low), rounded_to<Format>(high));
}
/// The same where a result may be subnormal, whether or not the processor puts 0 in its place.
template <class Format, class W>
auto narrowed_as_it_is_to(W low, W high) noexcept {
  if constexpr (std::is_same_v<Format, Binary32>)
    return simd::narrowed_as_it_is(low, high);
  else
    return simd::narrowed_as_it_is(rounded_to<Format>(low), rounded_to<Format>(high));
}

template <class W>
struct Interval {
  W lower;
  W upper;
};

/// What the true value may be where the formula gives y at x. Formula::relative_error bounds its
/// error, and Formula::error_at_root too where formula.is_near_root(x).
template <class Formula, class W>
HILLOCK_INLINE Interval<W> possible_values(const Formula& formula, W x, W y) noexcept {
  // Products, which keep the sign of a zero.
  const Interval<W> around{y * (1 - Formula::relative_error), y * (1 + Formula::relative_error)};
  if constexpr (Formula::error_at_root > 0) {
    const auto at_root = formula.is_near_root(x);
    constexpr double error = Formula::error_at_root;
    return {select(at_root, around.lower - error, around.lower),
            select(at_root, around.upper + error, around.upper)};
  } else {
    return around;
  }
}

/// formula(x) by pairs of doubles in the lanes that are in doubt.
template <class Format, class Formula, class V, class Condition>
V computed_in_pairs(const Formula& formula, V x, Condition in_doubt) noexcept {
  using W = simd::Batch<double, typename V::arch>;
  const auto asked = widened_as_it_is(select(in_doubt, x, 0));
  const auto half = [&](W part) { return Pair<W>(formula(Pair<W>(part))).rounded_to_odd(); };
  return narrowed_as_it_is_to<Format>(half(asked.low), half(asked.high));
}

/// What formula(x) is, correctly rounded to Format, where the two ends of what the true value may
/// be do not tell, or where one is subnormal.
template <class Format, class Formula, class V, class W>
HILLOCK_COLD V settled(const Formula& formula, V x, Interval<W> low, Interval<W> high) noexcept {
  const V result = narrowed_as_it_is_to<Format>(low.lower, high.lower);
  // A subnormal x that is equal to 0 has been read as 0.
  const auto in_doubt = bits_differ(result, narrowed_as_it_is_to<Format>(low.upper, high.upper)) |
                        ((sealed(x) == 0) & !is_zero(x));
  if (!any(in_doubt)) return result;
  return select(in_doubt, computed_in_pairs<Format>(formula, x, in_doubt), result);
}

/// What formula(x) is, correctly rounded to Format; low and high are the doubles that it gives for
/// the lower and the upper lanes of x.
template <class Format, class Formula, class V, class W>
HILLOCK_INLINE V rounded_once(const Formula& formula, V x, W low, W high) noexcept {
  const Interval<W> in_low = possible_values(formula, widened_low(x), low);
  const Interval<W> in_high = possible_values(formula, widened_high(x), high);
  const V result = narrowed_to<Format>(in_low.lower, in_high.lower);
  const auto differ = bits_differ(result, narrowed_to<Format>(in_low.upper, in_high.upper));
  const auto is_small = is_below_normal(result);
  // The second question keeps the zeros of an array, which are no rounded results, out of the slow
  // function.
  if (any(differ | is_small) && any(differ | (is_small & !is_zero(x))))
    return settled<Format>(formula, x, in_low, in_high);
  return result;
}

/// rectified(x, slope) for elements of at most 16 bits, rounded once: a double holds the product.
template <class Format, class V>
HILLOCK_INLINE V rectified_once(V x, V slope) noexcept {
  return narrowed_to<Format>(rectified(widened_low(x), widened_low(slope)),
                             rectified(widened_high(x), widened_high(slope)));
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
