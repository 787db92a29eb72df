// The exponentials of a distribution and their sum, which softmax, log-softmax and cross-entropy
// share.
//
//   p_i = e^(x_i - max) / sum_j e^(x_j - max),  log p_i = (x_i - max) - log(sum_j e^(x_j - max)),
//
// where max is the largest x. No exponential overflows, and the sum is at least 1.
//
// x_i - max is never rounded: at -100 the rounding alone would cost 32 ULP. With max = N ln 2 + R,
//
//   e^(x - max) = 2^(n - N) e^((x - n ln 2) - R),  n = rint((x - R) / ln 2),
//
// where n ln 2 is subtracted from x in two parts, as in exp.hpp, and the difference is small. That
// takes two additions more than a plain exponential; to compute the error of x - max would take
// eight. The error of R is a factor common to all exponentials, and cancels.
//
// Sums are computed over a tree whose shape depends on the number of entries alone
// (arrays/axis/summation.hpp): sums of floats in double, sums of doubles in two parts.
#pragma once

#include <hillock/kernels/decay.hpp>
#include <hillock/kernels/error_free.hpp>
#include <hillock/kernels/log1p.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

template <class T>
struct DistributionConstants;

template <>
struct DistributionConstants<float> {
  // If |max| is at least this large, x - max is exact for every x whose exponential is not 0,
  // because the two are within a factor of 2 (Sterbenz). Below, n has at most 9 bits, for which n
  // ln2_high is exact.
  static constexpr float sterbenz_limit = 208.0f;
};

template <>
struct DistributionConstants<double> {
  static constexpr double sterbenz_limit = 1491.0;
};

/// Computes e^(x - max) for x <= max, finite or -infinity. For x = max it is exactly 1. The results
/// are NaN where max is NaN or infinite.
template <class V>
class ExponentialsBelow {
  using C = ExpConstantsOf<V>;

 public:
  HILLOCK_INLINE explicit ExponentialsBelow(V maximum) noexcept
      : shift_(select(abs(maximum) < DistributionConstants<typename V::value_type>::sterbenz_limit,
                      0, maximum)) {
    constexpr auto to_power = static_cast<typename V::value_type>(C::magic + (C::bias + C::tail));
    const V shifted_top = maximum - shift_;
    const V n = fma(shifted_top, C::log2_e, C::magic) - C::magic;
    remainder_ = fma(n, -C::ln2_low, fma(n, -C::ln2_high, shifted_top));
    magic_ = to_power - n;
    lowest_ = shifted_top - C::decay_limit;
  }

  /// Does the same, except where is_masked holds, which means that every x is -infinity. There all
  /// exponentials are 1, as if every x were the same number.
  template <class Condition>
  HILLOCK_INLINE ExponentialsBelow(V maximum, Condition is_masked) noexcept
      : ExponentialsBelow(zero_where(is_masked, maximum)) {
    lowest_ = zero_where(is_masked, lowest_);
  }

  /// Returns m and power of e^(x - max) 2^tail = power (1 + m). Below -decay_limit it returns their
  /// values at the limit, whose product with any number below 2^-20 is 0.
  HILLOCK_INLINE ExpParts<V> parts(V x) const noexcept {
    const V bounded = not_below(x - shift_, lowest_);
    const V shifted = fma(bounded - remainder_, C::log2_e, magic_);
    const V n = shifted - magic_;
    const V r = fma(n, -C::ln2_low, fma(n, -C::ln2_high, bounded) - remainder_);
    return parts_of(Reduced<V>{r, shifted});
  }

  /// Returns e^(x - max) 2^tail together with the rounding error of its last addition.
  HILLOCK_INLINE TwoParts<V> scaled_in_parts(V x) const noexcept {
    const ExpParts<V> e = parts(x);
    const V high = fma(e.m, e.power, e.power);
    return {high, fma(e.m, e.power, e.power - high)};
  }
  /// Returns e^(x - max) 2^tail. It is never subnormal, so that a multiplication that removes
  /// 2^tail rounds only once.
  HILLOCK_INLINE V scaled(V x) const noexcept {
    const ExpParts<V> e = parts(x);
    return fma(e.m, e.power, e.power);
  }

 private:
  V shift_;
  V remainder_;
  V magic_;
  V lowest_;
};

// The largest number is sealed, because a compiler that may assume that there is no infinity would
// remove the comparison.
template <class V>
HILLOCK_INLINE auto is_infinite(V x) noexcept {
  return abs(x) > sealed(V(std::numeric_limits<typename V::value_type>::max()));
}
template <class V>
HILLOCK_INLINE auto is_finite(V x) noexcept {
  return abs(x) <= sealed(V(std::numeric_limits<typename V::value_type>::max()));
}

/// The quotient of a sum and a divisor, which may exceed the largest number. Where `value` is
/// infinite, the quotient is `scaled` times `back`, a power of two, and `inverse` is the inverse of
/// the divisor. Elsewhere only `value` is used.
template <class V>
struct ScaledQuotient {
  V value;
  V scaled;
  V back;
  V inverse;
};
template <class V>
HILLOCK_INLINE V infinity() noexcept {
  constexpr auto largest = std::numeric_limits<typename V::value_type>::max();
  using Pattern = decltype(bits(V()));
  return sealed(V::from_bits(bits(V(largest)) + Pattern(1)));
}

/// Gradients are multiplied by a power of two, the unit, before they are added. For floats it is 1,
/// because doubles hold their sums. For doubles it is small_unit, so that the sum of 2^48 finite
/// numbers is finite. Where the largest gradient is below tiny_gradient, its rounding errors would
/// be lost, and the unit is `raised`.
template <class T>
struct GradientUnit {
  static constexpr T small_unit = static_cast<T>(0x1p-48);
  static constexpr double raised = 0x1p300;
  static constexpr double tiny_gradient = 0x1p-400;
};

/// A plain sum in each lane of a batch of doubles.
template <class W>
struct PlainSum {
  HILLOCK_INLINE void add(const PlainSum& other) noexcept {
    number[0] = number[0] + other.number[0];
  }
  W number[1] = {0};
};

/// A sum for each lane of a batch of floats. It is in double, which holds every product of two
/// floats exactly.
template <class V>
class WideSum {
 public:
  using Wide = simd::Batch<double, typename V::arch>;
  using Part = PlainSum<Wide>;
  static constexpr std::size_t part_count = 2;  // the lower lanes and the upper
  Part part[part_count];

  HILLOCK_INLINE void add(V x) noexcept {
    low() = low() + widened_low(x);
    high() = high() + widened_high(x);
  }
  HILLOCK_INLINE void add_product(V a, V b) noexcept {
    low() = fma(widened_low(a), widened_low(b), low());
    high() = fma(widened_high(a), widened_high(b), high());
  }
  HILLOCK_INLINE void add(const WideSum& other) noexcept {
    part[0].add(other.part[0]);
    part[1].add(other.part[1]);
  }

  /// Returns the sum of the exponentials, if this is the sum of scaled exponentials.
  HILLOCK_INLINE WideSum without_scale() const noexcept {
    return times(static_cast<double>(ExpConstantsOf<V>::from_tail));
  }
  HILLOCK_INLINE WideSum times(double factor) const noexcept {
    WideSum result;
    result.low() = low() * factor;
    result.high() = high() * factor;
    return result;
  }
  HILLOCK_INLINE V inverse() const noexcept { return narrowed(1 / low(), 1 / high()); }
  /// Returns (this - x) / divisor, for a term x of this.
  HILLOCK_INLINE V share_of_others(V x, const WideSum& divisor) const noexcept {
    return narrowed((low() - widened_low(x)) / divisor.low(),
                    (high() - widened_high(x)) / divisor.high());
  }
  HILLOCK_INLINE TwoParts<V> inverse_in_parts() const noexcept {
    return in_parts(1 / low(), 1 / high());
  }
  HILLOCK_INLINE V minus_one() const noexcept { return narrowed(low() - 1, high() - 1); }
  HILLOCK_INLINE TwoParts<V> parts() const noexcept { return in_parts(low(), high()); }
  HILLOCK_INLINE friend TwoParts<V> quotient(const WideSum& a, const WideSum& b) noexcept {
    return in_parts(a.low() / b.low(), a.high() / b.high());
  }
  /// Returns the weighted mean of gradients, from the sum of weights times gradients and the sum of
  /// weights; the weights are e^(x - max) 2^tail.
  HILLOCK_INLINE friend TwoParts<V> weighted_mean(const WideSum& products, const WideSum& weights,
                                                  V) noexcept {
    return quotient(products, weights);
  }
  HILLOCK_INLINE TwoParts<V> gradient_parts(V) const noexcept { return parts(); }
  HILLOCK_INLINE friend ScaledQuotient<V> scaled_quotient(const WideSum& gradients,
                                                          const WideSum& divisor, V) noexcept {
    constexpr double limit = 0x1p124;
    constexpr double lowered = GradientUnit<double>::small_unit;
    const Wide low = gradients.low() / divisor.low();
    const Wide high = gradients.high() / divisor.high();
    const auto bounded = [](Wide x) HILLOCK_INLINE_LAMBDA {
      return not_below(not_above(x, limit), -limit);
    };
    const V value = narrowed(bounded(low), bounded(high));
    const auto is_large = abs(value) >= limit;
    if (HILLOCK_LIKELY(!any(is_large))) return {value, 0, 0, 0};
    return {select(is_large, infinity<V>(), value), narrowed(low * lowered, high * lowered),
            1 / lowered, divisor.inverse()};
  }

 private:
  HILLOCK_INLINE Wide& low() noexcept { return part[0].number[0]; }
  HILLOCK_INLINE Wide& high() noexcept { return part[1].number[0]; }
  HILLOCK_INLINE const Wide& low() const noexcept { return part[0].number[0]; }
  HILLOCK_INLINE const Wide& high() const noexcept { return part[1].number[0]; }

  static HILLOCK_INLINE TwoParts<V> in_parts(Wide a, Wide b) noexcept {
    const V upper = narrowed(a, b);
    return {upper, finite_or_zero(narrowed(a - widened_low(upper), b - widened_high(upper)))};
  }
};

/// A sum for each lane of a batch of doubles, together with the sum of its rounding errors.
template <class V>
class CompensatedSum {
 public:
  using Part = RunningSum<V>;
  static constexpr std::size_t part_count = 1;
  Part part[part_count];

  HILLOCK_INLINE void add(V x) noexcept { part[0].add(x); }
  HILLOCK_INLINE void add_product(V a, V b) noexcept { part[0].add_product(a, b); }
  HILLOCK_INLINE void add(const CompensatedSum& other) noexcept { part[0].add(other.part[0]); }

  HILLOCK_INLINE CompensatedSum without_scale() const noexcept {
    return times(ExpConstantsOf<V>::from_tail);
  }
  HILLOCK_INLINE CompensatedSum times(typename V::value_type factor) const noexcept {
    CompensatedSum result;
    for (std::size_t i = 0; i < 2; ++i) result.part[0].number[i] = part[0].number[i] * factor;
    return result;
  }
  HILLOCK_INLINE V inverse() const noexcept { return 1 / part[0].total(); }
  HILLOCK_INLINE TwoParts<V> inverse_in_parts() const noexcept {
    const TwoParts<V> sum = parts();
    const V first = 1 / sum.high;
    const TwoParts<V> product = exact_product(first, sum.high);
    const V rest = ((1 - product.high) - product.low) - first * sum.low;
    return {first, finite_or_zero(rest * first)};
  }
  HILLOCK_INLINE V share_of_others(V x, const CompensatedSum& divisor) const noexcept {
    const TwoParts<V> sum = parts();
    return ((sum.high - x) + sum.low) / divisor.part[0].total();
  }
  HILLOCK_INLINE V minus_one() const noexcept {
    const TwoParts<V> sum = parts();
    return (sum.high - 1) + sum.low;
  }
  HILLOCK_INLINE TwoParts<V> parts() const noexcept { return part[0].parts(); }
  HILLOCK_INLINE friend TwoParts<V> quotient(const CompensatedSum& a,
                                             const CompensatedSum& b) noexcept {
    const TwoParts<V> upper = a.parts();
    const TwoParts<V> lower = b.parts();
    const V first = upper.high / lower.high;
    const TwoParts<V> product = exact_product(first, lower.high);
    const V rest = ((upper.high - product.high) - product.low) + (upper.low - first * lower.low);
    return {first, finite_or_zero(rest / lower.high)};
  }
  HILLOCK_INLINE friend TwoParts<V> weighted_mean(const CompensatedSum& products,
                                                  const CompensatedSum& weights, V unit) noexcept {
    const TwoParts<V> mean = quotient(products, weights.without_scale());
    const V back = 1 / unit;
    const V high = mean.high * back;
    const V low = mean.low * back;
    // The rounded mean does not exceed the largest gradient, so that their difference is finite.
    const auto is_large = abs(high) >= std::numeric_limits<typename V::value_type>::max() / 4;
    if (HILLOCK_LIKELY(!any(is_large))) return {high, low};
    const TwoParts<V> rounded = exact_sum(high, low);
    return {select(is_large, rounded.high, high),
            select(is_large, finite_or_zero(rounded.low), low)};
  }
  HILLOCK_INLINE TwoParts<V> gradient_parts(V unit) const noexcept {
    const TwoParts<V> sum = parts();
    const V back = 1 / unit;
    return {sum.high * back, sum.low * back};
  }
  HILLOCK_INLINE friend ScaledQuotient<V> scaled_quotient(const CompensatedSum& gradients,
                                                          const CompensatedSum& divisor,
                                                          V unit) noexcept {
    const V scaled = quotient(gradients, divisor).high;
    const V back = 1 / unit;
    const auto is_moderate = (abs(scaled) < 0x1p960) & (unit < 1);
    const V value = scaled * select(is_moderate, back, 1);
    const auto is_usual = is_moderate | is_nan(scaled);
    if (HILLOCK_LIKELY(!any(!is_usual))) return {value, 0, 0, 0};
    return {select(is_usual, value, infinity<V>()), scaled, back, divisor.inverse()};
  }
};

template <class V>
using DistributionSum =
    std::conditional_t<sizeof(typename V::value_type) == 4, WideSum<V>, CompensatedSum<V>>;

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
