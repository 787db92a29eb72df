#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/logistic.hpp>
#include <hillock/kernels/scaled_argument.hpp>
#include <hillock/kernels/slope_of_output.hpp>
#include <hillock/kernels/softplus.hpp>
#include <hillock/parameter_gradient.hpp>
#include <hillock/verbs.hpp>

#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Softplus, a smooth ReLU: f(x) = log(1 + e^(beta x)) / beta.
/// Derivative   sigmoid(beta x); at 0 it is 1/2.
/// Kinks        none: the function is smooth.
/// Parameters   beta, 1 by default; any finite number (std::invalid_argument otherwise). A negative
///              beta gives -softplus(-x) of the beta without its sign; the limit for beta = 0 is
///              f(x) = +inf, f'(x) = 1/2. If an infinity or a NaN is written to it later, every
///              result is NaN.
/// Edge values  f(+-0) = log(2) / beta; for a positive beta f(+inf) = +inf, f(-inf) = +0,
///              f'(+inf) = 1, f'(-inf) = 0. NaN in, NaN out.
/// Computed as  max(x, 0) + log1p(e) / beta with e = e^-|beta x|, over the whole range: with a
///              threshold, such as PyTorch's 20, the digits of e beyond it would be lost. The
///              rounding error of beta x is added to the exponent, and e is divided by beta before
///              the result can be subnormal.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded (beta 1; promised at others: exact_bound).
/// Type         Softplus<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no Softplus<double>.
/// Source       Dugas, Bengio, Belisle, Nadeau, Garcia, NIPS (2000).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Softplus : public PreparedActivation<Softplus<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr ErrorBound derivative_from_output_bound{2};
  static constexpr bool has_unimodal_slope = true;

  double beta;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"beta", &Softplus::beta}};
  }

  constexpr explicit Softplus(double steepness = 1)
      : beta(detail::finite_parameter("Softplus", "beta", steepness)) {}

  /// The function with beta rounded to T.
  template <class T>
  class Formula : public detail::kernels::ExponentialFormula<Formula<T>> {
    template <class V>
    using Argument = detail::kernels::ScaledArgument<V>;

   public:
    constexpr explicit Formula(T scale) noexcept
        : is_plain_(!detail::simd::is_hidden_nan(scale) && scale == 1),
          beta_(scale),
          is_ordinary_(!detail::simd::is_hidden_nan(scale) &&
                       ((scale >= T(0x1p-30) && scale <= T(0x1p30)) ||
                        (scale <= -T(0x1p-30) && scale >= -T(0x1p30)))) {}

    /// Copies member by member, for the reason given at detail::kernels::SharedSlope.
    Formula(const Formula& other) noexcept
        : detail::kernels::ExponentialFormula<Formula>(other),
          is_plain_(other.is_plain_),
          beta_(other.beta_),
          is_ordinary_(other.is_ordinary_) {}

    /// Reduces -|t|.
    template <class V>
    HILLOCK_INLINE auto reduce(const V& x) const noexcept {
      if (is_plain_) return reduced_decay(not_below_decay_limit(negative_magnitude(x)));
      const Argument<V> t = beta_.times(x);
      return reduced_decay_beyond_limit(t.magnitude, t.low);
    }
    template <class Reduced>
    HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
      return decay_of(reduced);
    }
    template <class V>
    HILLOCK_INLINE V forward_from(const V& x, const detail::kernels::Decay<V>& e) const noexcept {
      if (is_plain_) return by_sign(x, x, V(0)) + log1p_of(e);
      if (!is_ordinary_) return forward_for_extreme_beta(x);
      return positive_part(beta_.times(x)) + log1p_divided(e, beta_.value());
    }
    template <class V>
    HILLOCK_INLINE V derivative_from(const V& x,
                                     const detail::kernels::Decay<V>& e) const noexcept {
      if (is_plain_) return logistic(x, e);
      if (!is_ordinary_) return derivative_for_extreme_beta(x);
      return logistic(beta_.times(x).t, e);
    }

   private:
    // The two bools are apart, because neighbours that were just written would be loaded together.
    bool is_plain_;
    detail::kernels::ArgumentFactor<T> beta_;
    /// Whether 2^-30 <= |beta| <= 2^30. Then e / beta needs no care where e is 0 or scaled. It is
    /// false for NaN, also where under -ffast-math a comparison with NaN is true.
    bool is_ordinary_;

    /// Returns max(t, 0) / beta, where 0 has the sign of beta, as f has.
    template <class V>
    HILLOCK_INLINE V positive_part(const Argument<V>& t) const noexcept {
      return select(t.t > 0, t.x, copysign(V(0), V(beta_.value())));
    }

    template <class V>
    static HILLOCK_INLINE detail::kernels::Decay<V> decay(const Argument<V>& t) noexcept {
      return decay_of(reduced_decay_beyond_limit(t.magnitude, t.low));
    }

    template <class V>
    HILLOCK_COLD V forward_for_extreme_beta(const V& x) const noexcept {
      using Limits = std::numeric_limits<T>;
      const T factor = beta_.value();
      const T steepness = factor < 0 ? -factor : factor;
      const Argument<V> t = beta_.times_if_tiny(x);
      // For an infinite x, t is beyond the decay limit even if beta is tiny.
      const auto is_tiny = t.magnitude < -45;
      if (steepness < Limits::min() / 16) {
        // log(2) / beta overflows, whatever a finite x adds to it.
        const V infinity = sealed(V(factor < 0 ? -Limits::infinity() : Limits::infinity()));
        const V y = select(is_tiny & (t.t < 0), copysign(V(0), infinity), infinity);
        return nan_or(V(factor), nan_or(x, y));
      }
      // For a large beta both summands are 2^64 times as large until the end, so that none is
      // subnormal where the result is not. Beyond 1, e is 0 then.
      const bool is_large = steepness > 1;
      const T up = is_large ? T(0x1p64) : T(1);
      const detail::kernels::Decay<V> e = decay(t);
      // Where 1 / beta could overflow, |t| is at most 16 and e is not tiny, except for an infinite
      // x.
      const T inverse = steepness < 4 * Limits::min() ? T(0) : up / factor;
      const V part =
          select(is_tiny, times_exp(V(inverse), t.magnitude, t.low), log1p_of(e) * up / V(factor));
      const V above = positive_part(t);
      const V sum =
          is_large ? select(abs(x) < 1,
                            fma(not_above(not_below(above, -1), 1), up, part) * (1 / up), above)
                   : above + part;
      return nan_or(V(factor), nan_or(x, sum));
    }

    template <class V>
    HILLOCK_COLD V derivative_for_extreme_beta(const V& x) const noexcept {
      const Argument<V> t = beta_.times_if_tiny(x);
      return nan_or(V(beta_.value()), nan_propagated(x, logistic(t.t, decay(t))));
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(beta));
  }

  /// f' from y = f(x): 1 - e^(-beta y).
  template <class T>
  auto slope_of_output() const noexcept {
    return detail::kernels::SoftplusSlopeOfOutput<T>{detail::rounded_parameter<A, T>(beta)};
  }
  [[nodiscard]] bool has_slope_of_output() const noexcept { return beta != 0; }

  /// Returns the gradient by beta of a loss whose gradient by f(z) is dy: the sum of -dy (|t| e /
  /// (1 + e) + log(1 + e)) / beta^2 with t = beta z and e = e^-|t|. The terms are computed and
  /// added in double. Throws std::invalid_argument if the shapes differ.
  template <class Z, class DY>
  [[nodiscard]] double beta_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>(
        "Softplus::beta_gradient", ByBeta{detail::parameter_for<A, Z>(beta)}, z, dy);
  }

 private:
  struct ByBeta {
    double beta;

    template <class V>
    HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
      const V t = abs(beta * x);
      const V e = exp(-t);
      return zero_where(e == 0, t * e / (1 + e) + log1p(e)) / (-beta * beta);
    }
  };
};

/// The function as an object: softplus(x), softplus.derivative(x). exact::softplus is the correctly
/// rounded one.
inline constexpr Softplus<> softplus{};

namespace exact {
using Softplus = hillock::Softplus<Accuracy::exact>;
inline constexpr Softplus softplus{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
