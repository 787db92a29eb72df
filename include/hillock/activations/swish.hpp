#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/logistic.hpp>
#include <hillock/kernels/scaled_argument.hpp>
#include <hillock/parameter_gradient.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Swish, with beta = 1 also called SiLU: f(x) = x sigmoid(beta x).
/// Derivative   s + t s (1 - s) with t = beta x, s = sigmoid(t); at 0 it is 1/2. It is negative
///              below its root at t = -1.278464543. The derivative by beta is (x s)(x (1 - s)).
/// Parameters   beta, 1 by default; any finite number (std::invalid_argument otherwise). If an
///              infinity or a NaN is written to it later, every result is NaN.
/// Edge values  f(+-0) = +-0; for a positive beta f(+inf) = +inf, f(-inf) = -0, f'(+inf) = 1,
///              f'(-inf) = -0. NaN in, NaN out.
/// Computed as  x / (1 + e) for t >= 0 and x e / (1 + e) for t < 0, with e = e^-|t|. The rounding
///              error of t is added to the exponent, and x is multiplied in before the product can
///              become subnormal.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included. Where t is
///              within 1/4 of the derivative's root, an error of half an epsilon (2^-24, in double
///              2^-53) is within the bound too. exact: correctly rounded, near the root too (for
///              beta = 1; exact_bound for others).
/// Type         Swish<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no Swish<double>.
/// Source       Ramachandran, Zoph, Le, arXiv:1710.05941 (2017); Elfwing, Uchibe, Doya,
///              arXiv:1702.03118 (2017).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Swish : public PreparedActivation<Swish<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4, 0.5};
  static constexpr bool has_unimodal_slope = true;

  double beta;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"beta", &Swish::beta}};
  }

  constexpr explicit Swish(double scale = 1)
      : beta(detail::finite_parameter("Swish", "beta", scale)) {}

  /// The function with beta rounded to T.
  template <class T>
  class Formula : public detail::kernels::ExponentialFormula<Formula<T>> {
    using C = detail::kernels::ExpConstants<T>;
    template <class V>
    using Argument = detail::kernels::ScaledArgument<V>;

   public:
    // For floats with beta = 1, f' is short enough that storing the exponentials does not pay.
    static constexpr bool has_long_derivative = sizeof(T) == sizeof(double);

    constexpr explicit Formula(T scale) noexcept
        : is_plain_(!detail::simd::is_hidden_nan(scale) && scale == 1),
          beta_(scale),
          is_ordinary_(!detail::simd::is_hidden_nan(scale) &&
                       (scale >= T(0x1p-30) || scale <= -T(0x1p-30))) {}

    /// Copies member by member, for the reason given at detail::kernels::SharedSlope.
    Formula(const Formula& other) noexcept
        : detail::kernels::ExponentialFormula<Formula>(other),
          is_plain_(other.is_plain_),
          beta_(other.beta_),
          is_ordinary_(other.is_ordinary_) {}

    /// Reduces -|t|.
    template <class V>
    HILLOCK_INLINE auto reduce(const V& x) const noexcept {
      if (is_plain_) return reduced_decay(plain_magnitude(x));
      const Argument<V> t = beta_.times(x);
      return reduced_decay_beyond_limit(t.magnitude, t.low);
    }
    template <class Reduced>
    HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
      return decay_of(reduced);
    }
    template <class V>
    HILLOCK_INLINE V forward_from(const V& x, const detail::kernels::Decay<V>& e) const noexcept {
      if (is_plain_) return fraction(x, x, plain_magnitude(x) * e.scaled, e);
      if (!is_ordinary_) return forward_for_tiny_beta(x);
      const Argument<V> t = beta_.times(x);
      // Beyond the decay limit x may have any size, and the result is 0.
      const V scaled = zero_where(t.magnitude < -C::decay_limit, e.scaled);
      return fraction(t.t, t.x, t.finite_x * scaled, e);
    }
    template <class V, class E>
    HILLOCK_INLINE V derivative_from(const V& x, const E& e) const noexcept {
      if (is_plain_) return swish_derivative(x, plain_magnitude(x), e);
      if (!is_ordinary_) return derivative_for_tiny_beta(x);
      const Argument<V> t = beta_.times(x);
      return derivative_of(t.t, t.magnitude, t.low, e);
    }

    /// Whether beta x is within 1/4 of the derivative's root.
    template <class V>
    HILLOCK_INLINE auto is_near_root(const V& x) const noexcept {
      return abs(beta_.value() * x + 1.278464542761074) <= 0.25;
    }

   private:
    // The two bools are apart, because neighbours that were just written would be loaded together.
    bool is_plain_;
    detail::kernels::ArgumentFactor<T> beta_;
    /// Whether |beta| >= 2^-30. Then |x| is below 2^38 where |t| is below the decay limit, so that
    /// x times the scaled exponential cannot overflow. It is false for NaN, also where under
    /// -ffast-math a comparison with NaN is true.
    bool is_ordinary_;

    /// Returns -|x| for beta = 1, limited to where |x| times the exponential is 0.
    template <class V>
    static HILLOCK_INLINE V plain_magnitude(const V& x) noexcept {
      return not_below_decay_limit(negative_magnitude(x));
    }

    /// Returns x / (1 + e) for t >= 0, else below / (1 + e), where `below` has the scale of
    /// e.scaled.
    template <class V>
    static HILLOCK_INLINE V fraction(V t, V x, V below,
                                     const detail::kernels::Decay<V>& e) noexcept {
      constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
      return by_sign(t, x, below * from_tail) / fma(e.scaled, from_tail, 1);
    }

    template <class V>
    static HILLOCK_INLINE detail::kernels::Decay<V> decay(const Argument<V>& t) noexcept {
      return decay_of(reduced_decay_beyond_limit(t.magnitude, t.low));
    }

    template <class V>
    HILLOCK_COLD HILLOCK_FLATTEN V forward_for_tiny_beta(const V& x) const noexcept {
      const Argument<V> t = beta_.times_if_tiny(x);
      const V below = times_exp(t.finite_x, t.magnitude, t.low);
      // The selection is not by the sign bit, because for beta = 0 and x = -inf, t is -0.
      return nan_or(V(beta_.value()),
                    nan_propagated(x, select(t.t >= 0, t.x, below) / (1 + decay(t).value())));
    }

    template <class V>
    HILLOCK_COLD HILLOCK_FLATTEN V derivative_for_tiny_beta(const V& x) const noexcept {
      const Argument<V> t = beta_.times_if_tiny(x);
      return nan_or(V(beta_.value()),
                    nan_propagated(x, derivative_of(t.t, t.magnitude, t.low, decay(t))));
    }

    template <class V>
    static HILLOCK_INLINE V derivative_of(V t, V magnitude, V low,
                                          const detail::kernels::Decay<V>& e) noexcept {
      return gated_derivative(t, not_below(magnitude, -C::decay_limit), low, e);
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(beta));
  }

  /// Whether beta x is within 1/4 of the derivative's root.
  template <class V>
  HILLOCK_INLINE auto is_near_root(const V& x) const noexcept {
    return formula<typename V::value_type>().is_near_root(x);
  }

  /// Returns the gradient by beta of a loss whose gradient by f(z) is dy: the sum of dy z^2
  /// sigmoid(beta z) sigmoid(-beta z). The terms are computed and added in double. Throws
  /// std::invalid_argument if the shapes differ.
  template <class Z, class DY>
  [[nodiscard]] double beta_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>(
        "Swish::beta_gradient", ByBeta{detail::parameter_for<A, Z>(beta)}, z, dy);
  }

 private:
  struct ByBeta {
    double beta;

    template <class V>
    HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
      const V e = exp(-abs(beta * x));
      const V sum = 1 + e;
      return zero_where(e == 0, (x * e / sum) * (x / sum));
    }
  };
};

/// Swish; with beta = 1, the default, it is also called SiLU.
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
using SiLU = Swish<A, Arch>;

/// The function as an object: swish(x), swish.derivative(x). exact::swish is the correctly rounded
/// one.
inline constexpr Swish<> swish{};
/// The function as an object: silu(x), silu.derivative(x). exact::silu is the correctly rounded
/// one.
inline constexpr SiLU<> silu{};
/// Swish with beta = 1.702, the approximation of GELU by x sigmoid(1.702 x), which is up to 0.0203
/// off: quick_gelu(x), quick_gelu.derivative(x). exact::quick_gelu has the bound exact_bound.
inline constexpr Swish<> quick_gelu{1.702};

namespace exact {
using Swish = hillock::Swish<Accuracy::exact>;
using SiLU = hillock::SiLU<Accuracy::exact>;
inline constexpr Swish swish{};
inline constexpr SiLU silu{};
inline constexpr Swish quick_gelu{1.702};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
