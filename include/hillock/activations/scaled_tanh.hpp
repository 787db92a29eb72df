#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/scaled_argument.hpp>
#include <hillock/parameter_gradient.hpp>
#include <hillock/verbs.hpp>

#include <cmath>
#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Scaled hyperbolic tangent: f(x) = a tanh(b x). With LeCun's a = 1.7159 and b = 2/3 (lecun_tanh)
/// f(1) = 1 and f(-1) = -1; with a = c and b = 1/c (soft_cap) it keeps logits between -c and c.
/// Derivative   a b / cosh^2(b x) = 4 a b sigmoid'(2 b x); at 0 it is a b. The derivative by a is
///              tanh(b x), that by b is a x / cosh^2(b x).
/// Kinks        none: the function is smooth.
/// Parameters   a and b, 1.7159 and 2/3 by default; any finite numbers (std::invalid_argument
///              otherwise). If an infinity or a NaN is written to them later, every result is NaN.
/// Edge values  f(+-0) = +-0, f(+-inf) = +-a and f'(+-inf) = 0 for positive a and b. NaN in, NaN
///              out. f'(0) is infinite where a b is, and the derivative is up to 6 ULP off then.
/// Computed as  a m / (2 - m) with m = 1 - e^-2|b x| and the sign of b x, and a b x near 0. The
///              rounding error of b x is added to the exponent, and a b is multiplied in before the
///              derivative can become subnormal.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded (for LeCun's numbers; promised at others: exact_bound). a and b
///              are rounded to the element type first.
/// Type         ScaledTanh<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no ScaledTanh<double>.
/// Source       LeCun, Bottou, Orr, Mueller, "Efficient BackProp" (1998); the cap: Bello, Pham, Le,
///              Norouzi, Bengio, arXiv:1611.09940 (2016).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class ScaledTanh : public PreparedActivation<ScaledTanh<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr bool has_unimodal_slope = true;

  double a;
  double b;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"a", &ScaledTanh::a}, Parameter{"b", &ScaledTanh::b}};
  }

  constexpr explicit ScaledTanh(double output_scale = 1.7159, double input_scale = 2.0 / 3)
      : a(detail::finite_parameter("ScaledTanh", "a", output_scale)),
        b(detail::finite_parameter("ScaledTanh", "b", input_scale)) {}

  /// The function with a and b rounded to T.
  template <class T>
  class Formula : public detail::kernels::ExponentialFormula<Formula<T>> {
    using C = detail::kernels::ExpConstants<T>;
    template <class V>
    using Argument = detail::kernels::ScaledArgument<V>;

   public:
    Formula(T output_scale, T input_scale) noexcept
        : a_(output_scale),
          b_(input_scale),
          slope_(output_scale * input_scale),
          slope_low_(std::fma(output_scale, input_scale, -slope_)),
          is_ordinary_(is_ordinary()),
          small_(is_ordinary_ ? T(0x1p-60) / magnitude(input_scale) : T(0)) {}

    /// Copies member by member, for the reason given at detail::kernels::SharedSlope.
    Formula(const Formula& other) noexcept
        : detail::kernels::ExponentialFormula<Formula>(other),
          a_(detail::simd::loaded_alone(other.a_)),
          b_(other.b_),
          slope_(detail::simd::loaded_alone(other.slope_)),
          slope_low_(detail::simd::loaded_alone(other.slope_low_)),
          is_ordinary_(other.is_ordinary_),
          small_(detail::simd::loaded_alone(other.small_)) {}

    /// Reduces -2|t| with t = b x.
    template <class V>
    HILLOCK_INLINE auto reduce(const V& x) const noexcept {
      return reduced_twice(b_.times(x));
    }
    template <class Reduced>
    HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
      return decay(reduced);
    }
    template <class V>
    HILLOCK_INLINE V forward_from(const V& x,
                                  const detail::kernels::DecayFromOne<V>& e) const noexcept {
      if (!is_ordinary_) return forward_for_extreme_parameters(x);
      // Near 0, where t could be subnormal, f(x) is a b x.
      const auto is_small = abs(x) < small_;
      return select(is_small, V(slope_), V(a_)) *
             select(is_small, x, copysign(tanh_of(e), b_.times(x).t));
    }
    template <class V>
    HILLOCK_INLINE V derivative_from(const V& x,
                                     const detail::kernels::DecayFromOne<V>& e) const noexcept {
      if (!is_ordinary_) return derivative_for_extreme_parameters(x);
      return scaled_derivative(e, T(1)) * C::from_tail;
    }

   private:
    T a_;
    detail::kernels::ArgumentFactor<T> b_;
    T slope_;  ///< a b, and its rounding error
    T slope_low_;
    /// Whether b is not so small that b times the largest number is below the decay limit, 4 a b
    /// can be scaled, and a b times the smallest exponential is 0. It is false for NaN, also where
    /// under -ffast-math a comparison with NaN is true.
    bool is_ordinary_;
    T small_;

    static constexpr T magnitude(T number) noexcept { return number < 0 ? -number : number; }

    bool is_ordinary() const noexcept {
      if (detail::simd::is_hidden_nan(slope_)) return false;
      const T steepness = magnitude(slope_);
      return magnitude(b_.value()) >= C::from_tail && steepness <= C::decay_factor / 4 &&
             (steepness >= C::from_tail || a_ == 0);
    }

    /// -2|t|, reduced, and its rounding error.
    template <class V>
    struct Twice {
      detail::kernels::Reduced<V> reduced;
      V low;
    };
    template <class V>
    static HILLOCK_INLINE Twice<V> reduced_twice(const Argument<V>& t) noexcept {
      constexpr T limit = C::decay_limit / 2;
      const V low = zero_where(t.magnitude < -limit, t.low);
      return {detail::kernels::reduced_decay_from_one<2>(not_below(t.magnitude, -limit)),
              low + low};
    }
    template <class V>
    static HILLOCK_INLINE auto decay(const Twice<V>& argument) noexcept {
      return decay_from_one_of(argument.reduced, argument.low);
    }

    /// Returns tanh(|t|).
    template <class V>
    static HILLOCK_INLINE V tanh_of(const detail::kernels::DecayFromOne<V>& e) noexcept {
      return e.scaled_loss / (2 * detail::kernels::scaled_one<V>() - e.scaled_loss);
    }

    /// Returns factor 4 a b e / (1 + e)^2 / 2^tail, where e is scaled, for a factor that is a power
    /// of two. The rounding error of a b is added, because otherwise the roundings would add up to
    /// 4.4 ULP.
    template <class V, class Factor>
    HILLOCK_INLINE V scaled_derivative(const detail::kernels::DecayFromOne<V>& e,
                                       const Factor& factor) const noexcept {
      const V value = e.value();
      const V product = fma(e.scaled, V(4 * factor * slope_low_), e.scaled * (4 * factor * slope_));
      // The sum of two products that come to 0 may have lost the sign.
      return copysign(product, V(slope_)) / fma(value, 2 + value, 1);
    }

    /// Returns a b x for a small b x: no product of two of them has to be in the range of T.
    template <class V>
    V small_product(const V& x) const noexcept {
      constexpr T lowest = 2 * (1 - C::bias);
      const auto scale_a = detail::simd::scale_to_one(a_);
      const auto scale_b = detail::simd::scale_to_one(b_.value());
      const T factor = (a_ * scale_a.to) * (b_.value() * scale_b.to) / 4;
      const T n = static_cast<T>(std::ilogb(scale_a.back) + std::ilogb(scale_b.back) + 2);
      const auto is_tiny = abs(x) < 0x1p-60;
      return scaled_by_power(factor * (x * select(is_tiny, V(0x1p64), V(1))),
                             not_below(n - select(is_tiny, V(64), V(0)), lowest));
    }
    template <class W>
    detail::kernels::Pair<W> small_product(const detail::kernels::Pair<W>& x) const noexcept {
      using P = detail::kernels::Pair<W>;
      return P(a_) * P(b_.value()) * x;
    }

    /// Returns y, or NaN if a, b or x is.
    template <class V>
    V with_nan(const V& x, const V& y) const noexcept {
      return nan_or(V(a_), nan_or(V(b_.value()), nan_or(x, y)));
    }

    template <class V>
    HILLOCK_COLD V forward_for_extreme_parameters(const V& x) const noexcept {
      const Argument<V> t = b_.times_if_tiny(x);
      const auto is_small = t.magnitude > -0x1p-60;
      const V product = small_product(select(is_small, t.finite_x, V(0)));
      const V distant = a_ * copysign(tanh_of(decay(reduced_twice(t))), t.t);
      return with_nan(x, select(is_small, product, distant));
    }

    template <class V>
    HILLOCK_COLD V derivative_for_extreme_parameters(const V& x) const noexcept {
      const Argument<V> t = b_.times_if_tiny(x);
      if (magnitude(slope_) > std::numeric_limits<T>::max()) {
        // a b is infinite, but a e^-|t| and b e^-|t| are not.
        const V value = decay(reduced_twice(t)).value();
        const V product =
            times_exp(V(a_), t.magnitude, t.low) * times_exp(V(b_.value()), t.magnitude, t.low);
        return with_nan(x, product / (0.25 * fma(value, 2 + value, 1)));
      }
      const auto e = decay(reduced_twice(t));
      if (magnitude(slope_) <= 1) return with_nan(x, scaled_derivative(e, T(1)) * C::from_tail);
      // Near 0, 4 a b could overflow.
      const auto is_close = t.magnitude > -1;
      const V inner = scaled_derivative(e, select(is_close, V(C::from_tail / 4), V(C::from_tail))) *
                      select(is_close, V(4), V(1));
      return with_nan(x, select(is_distant(t), distant_derivative(t), inner));
    }

    /// Whether e^-2|t| is 0 beside 1. Farther out it is 0 in itself, but not times a large a b.
    template <class V>
    static auto is_distant(const Argument<V>& t) noexcept {
      return t.magnitude < -C::decay_limit / 4;
    }

    /// Returns the derivative there: 4 a b e^-2|t|. The 4 is in the exponent, so that no step is
    /// subnormal where the result is not.
    template <class V>
    V distant_derivative(const Argument<V>& t) const noexcept {
      constexpr double log_4 = 1.3862943611198906188;
      const V exponent = 2 * not_above(t.magnitude, -C::decay_limit / 4);
      const V high = exponent + V(log_4);
      const V low = ((exponent - high) + V(log_4)) + 2 * t.low;
      return times_exp(V(slope_), high, low + V(log_4 - static_cast<double>(T(log_4))));
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(a), detail::rounded_parameter<A, T>(b));
  }

  /// Returns the gradient by a of a loss whose gradient by f(z) is dy: the sum of dy tanh(b z). The
  /// terms are computed and added in double. Throws std::invalid_argument if the shapes differ.
  template <class Z, class DY>
  [[nodiscard]] double a_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>("ScaledTanh::a_gradient",
                                                    ByA{detail::parameter_for<A, Z>(b)}, z, dy);
  }

  /// Returns the gradient by b of a loss whose gradient by f(z) is dy: the sum of dy a z / cosh(b
  /// z)^2. The terms are computed and added in double. Throws std::invalid_argument if the shapes
  /// differ.
  template <class Z, class DY>
  [[nodiscard]] double b_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>(
        "ScaledTanh::b_gradient",
        ByB{detail::parameter_for<A, Z>(a), detail::parameter_for<A, Z>(b)}, z, dy);
  }

 private:
  struct ByA {
    double b;

    template <class V>
    HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
      const V m = expm1(-2 * abs(b * x));
      return copysign(m / (2 + m), b * x);
    }
  };
  struct ByB {
    double a;
    double b;

    template <class V>
    HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
      const V e = exp(-2 * abs(b * x));
      return zero_where(e == 0, a * x * (4 * e / fma(e, 2 + e, 1)));
    }
  };
};

/// 1.7159 tanh(2x/3) as an object: lecun_tanh(x), lecun_tanh.derivative(x). exact::lecun_tanh is
/// the correctly rounded one.
inline constexpr ScaledTanh<> lecun_tanh{};

/// Returns the function c tanh(x / c), which keeps logits between -c and c and is x near 0:
/// soft_cap(30)(x). Throws std::invalid_argument if the cap or 1 / cap is not finite.
constexpr ScaledTanh<> soft_cap(double cap) { return ScaledTanh<>(cap, 1 / cap); }

namespace exact {
using ScaledTanh = hillock::ScaledTanh<Accuracy::exact>;
inline constexpr ScaledTanh lecun_tanh{};
constexpr ScaledTanh soft_cap(double cap) { return ScaledTanh(cap, 1 / cap); }
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
