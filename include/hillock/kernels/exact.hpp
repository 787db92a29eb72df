// A function of floats, correctly rounded, from its formula in doubles.
//
// The float is widened, the formula is computed in double, and the result is rounded once. The
// formula's error bound gives an interval that holds the true value; if both ends of it round to
// the same number, that number is the answer. If they do not, the same formula is computed once
// more on pairs of doubles. (The interval is some 2^-25 of the distance between two floats; but
// some functions pass so close to the middle between two floats that no double can tell, as sigmoid
// does near 0.)
//
// Normal results are converted by the processor and subnormal ones by integers: in a program that
// was linked with -ffast-math the processor flushes subnormal numbers to 0.
#pragma once

#include <hillock/kernels/pair.hpp>
#include <hillock/kernels/rectifier.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// The formats to which a result is rounded: the bits of the mantissa, the leading one included,
/// and the exponent of the smallest normal number.
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

/// Returns 2^exponent.
constexpr double two_to_the(int exponent) noexcept {
  double power = 1;
  for (; exponent > 0; --exponent) power *= 2;
  for (; exponent < 0; ++exponent) power /= 2;
  return power;
}

/// Rounds y to as many bits as Format has for it, to nearest, ties to even. A value beyond the
/// largest number of Format is left to the conversion that follows.
template <class Format, class W>
HILLOCK_INLINE W rounded_to(W y) noexcept {
  using Pattern = decltype(bits(y));
  constexpr std::uint64_t exponent_bits = 0x7ff0000000000000;
  // Adding 1.5 * 2^52 spacings of Format rounds off what is below the spacing.
  const W size = not_below(not_above(abs(y), 0x1p200), two_to_the(Format::min_exponent));
  const W magic =
      W::from_bits(bits(size) & Pattern(exponent_bits)) * (1.5 * two_to_the(53 - Format::digits));
  return copysign((abs(y) + magic) - magic, y);
}

/// Returns two batches of doubles as one of floats, rounded once to Format.
template <class Format, class W>
HILLOCK_INLINE auto narrowed_to(W low, W high) noexcept {
  if constexpr (std::is_same_v<Format, Binary32>)
    return simd::narrowed(low, high);
  else
    return simd::narrowed(rounded_to<Format>(low), rounded_to<Format>(high));
}
/// Does the same for results that may be subnormal, whether or not the processor flushes them to 0.
template <class Format, class W>
auto narrowed_with_subnormals_to(W low, W high) noexcept {
  if constexpr (std::is_same_v<Format, Binary32>)
    return simd::narrowed_with_subnormals(low, high);
  else
    return simd::narrowed_with_subnormals(rounded_to<Format>(low), rounded_to<Format>(high));
}

/// An interval of numbers, both ends included.
template <class W>
struct Interval {
  W lower;
  W upper;
};

/// Returns the interval that holds the true value if the formula gives y at x.
/// Formula::relative_error bounds the error; where formula.is_near_root(x) the bound is larger by
/// Formula::error_at_root, which is absolute.
template <class Formula, class W>
HILLOCK_INLINE Interval<W> possible_values(const Formula& formula, W x, W y) noexcept {
  // Both ends are products, so that they keep the sign of a zero.
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

/// Computes formula(x) by pairs of doubles in the lanes that are in doubt; the other lanes hold
/// formula(0).
template <class Format, class Formula, class V, class Condition>
V computed_in_pairs(const Formula& formula, V x, Condition in_doubt) noexcept {
  using W = simd::Batch<double, typename V::arch>;
  const auto wide = widened_with_subnormals(select(in_doubt, x, 0));
  const auto value_at = [&](W part) HILLOCK_INLINE_LAMBDA {
    return Pair<W>(formula(Pair<W>(part))).rounded_to_odd();
  };
  return narrowed_with_subnormals_to<Format>(value_at(wide.low), value_at(wide.high));
}

/// Returns formula(x), correctly rounded to Format, for a batch in which the two ends of an
/// interval round to different numbers or one of the results is subnormal. `low` and `high` are the
/// intervals of the lower and the upper lanes.
template <class Format, class Formula, class V, class W>
HILLOCK_COLD V rounded_in_doubt(const Formula& formula, V x, Interval<W> low,
                                Interval<W> high) noexcept {
  const V result = narrowed_with_subnormals_to<Format>(low.lower, high.lower);
  // If a subnormal x is equal to 0 here, the processor flushes it, and the formula has read it as
  // 0.
  const auto in_doubt =
      bits_differ(result, narrowed_with_subnormals_to<Format>(low.upper, high.upper)) |
      ((sealed(x) == 0) & !is_zero(x));
  if (!any(in_doubt)) return result;
  return select(in_doubt, computed_in_pairs<Format>(formula, x, in_doubt), result);
}

/// Returns formula(x), correctly rounded to Format; `low` and `high` are the doubles that the
/// formula gives for the lower and the upper lanes of x.
template <class Format, class Formula, class V, class W>
HILLOCK_INLINE V rounded_once(const Formula& formula, V x, W low, W high) noexcept {
  const Interval<W> in_low = possible_values(formula, widened_low(x), low);
  const Interval<W> in_high = possible_values(formula, widened_high(x), high);
  const V result = narrowed_to<Format>(in_low.lower, in_high.lower);
  const auto differ = bits_differ(result, narrowed_to<Format>(in_low.upper, in_high.upper));
  const auto is_small = is_below_normal(result);
  // The second test keeps batches whose small results come from zeros, which are frequent in
  // arrays, out of the slow function.
  if (any(differ | is_small) && any(differ | (is_small & !is_zero(x))))
    return rounded_in_doubt<Format>(formula, x, in_low, in_high);
  return result;
}

/// Returns rectified(x, slope) for elements of at most 16 bits, rounded once: a double holds their
/// product exactly.
template <class Format, class V>
HILLOCK_INLINE V rectified_once(V x, V slope) noexcept {
  return narrowed_to<Format>(rectified(widened_low(x), widened_low(slope)),
                             rectified(widened_high(x), widened_high(slope)));
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
