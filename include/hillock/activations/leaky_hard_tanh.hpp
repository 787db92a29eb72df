#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/clip.hpp>
#include <hillock/verbs.hpp>

#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// HardTanh with a slope on either side instead of a constant: f(x) = x for low <= x <= high, low +
/// slope_below (x - low) below, and high + slope_above (x - high) above. A soft clip of audio
/// signals, to which gradients return from outside.
/// Derivative   slope_below for x <= low, 1 up to high, slope_above beyond.
/// Kinks        at low and at high the derivative is that of the left side: slope_below and 1.
/// Parameters   low, -1 by default, high, 1 by default, with low <= 0 <= high, slope_below and
///              slope_above, 0.01 by default; finite numbers (std::invalid_argument otherwise). If
///              an infinity, a NaN, a positive low or a negative high is written to them later,
///              every result is NaN.
/// Edge values  f(+-0) = +-0; for positive slopes f(+-inf) = +-inf, for slopes of 0 high and low;
///              f'(+inf) = slope_above, f'(-inf) = slope_below; NaN in, NaN out.
/// Computed as  the clipped x, plus the slope times what was clipped off.
/// Accuracy     forward_bound, in ULP, for slopes that are not negative; the derivative is exact.
///              With a negative slope f has another root beyond that kink, around which the error
///              is in ULP of low or high. exact: correctly rounded for slopes that are not
///              negative.
/// Type         LeakyHardTanh<> where C++ deduces no template arguments: as a member, a parameter
///              or a result. The element type is that of the arrays; there is no
///              LeakyHardTanh<double>.
/// Source       HardTanh (Collobert, 2004) with the slopes of LeakyReLU (Maas, Hannun, Ng, 2013).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class LeakyHardTanh : public PreparedActivation<LeakyHardTanh<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{0};
  // It does not say that |f'| is unimodal, because with a slope above 1 it is not, nor that f has
  // the sign of x, because with a negative slope it has not.

  double low;
  double high;
  double slope_below;
  double slope_above;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"low", &LeakyHardTanh::low},
                      Parameter{"high", &LeakyHardTanh::high},
                      Parameter{"slope_below", &LeakyHardTanh::slope_below},
                      Parameter{"slope_above", &LeakyHardTanh::slope_above}};
  }

  constexpr explicit LeakyHardTanh(double lower = -1, double upper = 1, double below = 0.01,
                                   double above = 0.01)
      : low(detail::nonpositive_parameter("LeakyHardTanh", "low", lower)),
        high(detail::nonnegative_parameter("LeakyHardTanh", "high", upper)),
        slope_below(detail::finite_parameter("LeakyHardTanh", "slope_below", below)),
        slope_above(detail::finite_parameter("LeakyHardTanh", "slope_above", above)) {}

  /// The function with its parameters rounded to T.
  template <class T>
  class Formula {
   public:
    explicit Formula(T lower, T upper, T below, T above) noexcept
        // A low of 0 is -0, so that a product with a slope that comes to 0 keeps its sign.
        : low_(lower == 0 && below != 0 ? T(-0.0) : lower),
          high_(upper),
          below_(below),
          above_(above) {
      using detail::simd::is_nan_number;
      const bool is_valid = !is_nan_number(lower) && !is_nan_number(upper) &&
                            !is_nan_number(below) && !is_nan_number(above) && lower <= 0 &&
                            upper >= 0;
      summand_ = detail::simd::nan_unless<T>(is_valid);
      if (is_valid) {
        least_ = -farthest(below);
        greatest_ = farthest(above);
      }
    }

    template <class V>
    HILLOCK_INLINE V forward_at(const V& x) const noexcept {
      const V inside = clipped(x, V(low_), V(high_));
      const V outside = clipped(x, V(least_), V(greatest_)) - inside;
      const V slope = by_sign(outside, V(above_), V(below_));
      // Inside, the sum would make +0 of -0.
      return select(x == inside, x, fma(slope, outside, inside)) + V(summand_);
    }
    template <class V>
    HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
      const V slope = select(x <= V(low_), V(below_), select(x <= V(high_), V(1), V(above_)));
      return nan_or(x, slope) + V(summand_);
    }

   private:
    T low_, high_, below_, above_;
    T summand_;
    T least_ = 0, greatest_ = 0;

    /// Returns the magnitude to which x is limited: the largest number for slope 0, by which
    /// infinity must not be multiplied. It is also enough in exact, where x is a float and T is
    /// double, and pairs of doubles hold no infinity.
    static T farthest(T slope) noexcept {
      using Limits = std::numeric_limits<T>;
      return A == Accuracy::exact || slope == 0 ? Limits::max() : Limits::infinity();
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(low), detail::rounded_parameter<A, T>(high),
                      detail::rounded_parameter<A, T>(slope_below),
                      detail::rounded_parameter<A, T>(slope_above));
  }
};

/// The function as an object: leaky_hard_tanh(x), leaky_hard_tanh.derivative(x).
/// exact::leaky_hard_tanh is the correctly rounded one.
inline constexpr LeakyHardTanh<> leaky_hard_tanh{};

namespace exact {
using LeakyHardTanh = hillock::LeakyHardTanh<Accuracy::exact>;
inline constexpr LeakyHardTanh leaky_hard_tanh{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
