#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/error_free.hpp>
#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/pair.hpp>
#include <hillock/parameter_gradient.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace detail {

/// The parts of e^x = power (1 + m) with the rounding error of m, and m - r for the reduced
/// argument r.
template <class V>
struct XIELUExponential {
  V m;
  V m_low;
  V curve;
  V power;

  /// Returns e^x in two parts.
  HILLOCK_INLINE kernels::TwoParts<V> value() const noexcept {
    constexpr auto from_tail = kernels::ExpConstantsOf<V>::from_tail;
    const V high = fma(m, power, power);
    return {high * from_tail, fma(m_low, power, fma(m, power, power - high)) * from_tail};
  }
};

template <class V>
HILLOCK_INLINE XIELUExponential<V> xielu_exponential(const kernels::Reduced<V>& x) noexcept {
  const V curve = x.r * x.r * polynomial_by_pairs(x.r, kernels::ExpConstantsOf<V>::q);
  const V m = x.r + curve;
  return {m, (x.r - m) + curve, curve, power_of(x)};
}
template <class W>
XIELUExponential<kernels::Pair<W>> xielu_exponential(
    const kernels::Reduced<kernels::Pair<W>>& x) noexcept {
  const auto [m, power] = parts_of(x);
  return {m, kernels::Pair<W>(0), m - x.r, power};
}

}  // namespace detail

/// Expanded integral of the exponential linear unit: f(x) = alpha_p x^2 + beta x for x > 0, else
/// alpha_n (e^min(x,eps) - 1 - x) + beta x.
/// Derivative   2 alpha_p x + beta for x > 0, alpha_n (e^x - 1) + beta for x <= eps, and
///              beta - alpha_n in between, as the formula says. The derivative by alpha_p is x^2
///              for x > 0, that by alpha_n is e^min(x,eps) - 1 - x for x <= 0.
/// Kinks        at 0 and at eps the derivative is that of the left side: beta - alpha_n at 0.
/// Parameters   alpha_p and alpha_n, 0.8 by default, beta, 0.5, and eps, -1e-6; any finite numbers
///              (std::invalid_argument otherwise). alpha_p and alpha_n are the numbers that the
///              formula has, and not those that are trained, from which the paper computes them by
///              softplus (alpha_n by beta + softplus). A NaN or an infinity that is written to a
///              parameter later makes NaN of the results that it has a part in.
/// Edge values  f(+-0) = alpha_n (e^eps - 1), which is -8e-7, f(+inf) = +inf, f(-inf) = +inf for
///              alpha_n > beta, f'(+inf) = +inf, f'(-inf) = beta - alpha_n. NaN in, NaN out.
/// Computed as  x (alpha_p x + beta) for x > 0. Near 0, e^x - 1 - x is computed without the
///              difference; farther out the sum is (beta - alpha_n) x - alpha_n + alpha_n e^x with
///              the rounding errors of every product and sum, because it comes to 0 at -2.4 and the
///              derivative at -0.98.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included, for an
///              alpha_p between 0.01 and 100, or 0, and an alpha_n and beta between 0.01 and 100 in
///              magnitude, or 0. Where the summands of f or f' cancel (is_near_root), an error of
///              half an epsilon (2^-24, in double 2^-53) is within the bound too. exact: correctly
///              rounded, near the roots too (at the default parameters; promised at others:
///              exact_bound).
/// Type         XIELU<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no XIELU<double>.
/// Source       Huang, Schlag, "Deriving Activation Functions Using Integration",
///              arXiv:2411.13010 (2024).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class XIELU : public PreparedActivation<XIELU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4, 0.5};
  static constexpr ErrorBound derivative_bound{4, 0.5};

  double alpha_p;
  double alpha_n;
  double beta;
  double eps;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"alpha_p", &XIELU::alpha_p}, Parameter{"alpha_n", &XIELU::alpha_n},
                      Parameter{"beta", &XIELU::beta}, Parameter{"eps", &XIELU::eps}};
  }

  constexpr explicit XIELU(double positive = 0.8, double negative = 0.8, double slope = 0.5,
                           double limit = -1e-6)
      : alpha_p(detail::finite_parameter("XIELU", "alpha_p", positive)),
        alpha_n(detail::finite_parameter("XIELU", "alpha_n", negative)),
        beta(detail::finite_parameter("XIELU", "beta", slope)),
        eps(detail::finite_parameter("XIELU", "eps", limit)) {}

  /// The function with its parameters rounded to T.
  template <class T>
  class Formula : public detail::kernels::ExponentialFormula<Formula<T>> {
    using C = detail::kernels::ExpConstants<T>;

   public:
    Formula(T positive, T negative, T slope, T limit) noexcept
        : positive_(positive),
          // A minimum takes no notice of an eps that is NaN.
          negative_(detail::simd::is_nan_number(limit) ? limit : negative),
          slope_(slope),
          limit_(!detail::simd::is_hidden_nan(limit) && limit > 0 ? T(0) : limit),
          rest_(slope - negative_),
          rest_low_(rounding_error(slope, negative_, rest_)),
          is_straight_(!detail::simd::is_hidden_nan(positive) && positive == 0),
          is_level_(!detail::simd::is_hidden_nan(rest_) && rest_ == 0) {}

    /// Reduces min(x, eps).
    template <class V>
    HILLOCK_INLINE auto reduce(const V& x) const noexcept {
      return reduced_decay_from_one(not_below_decay_limit(argument(x)));
    }
    template <class Reduced>
    HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
      return detail::xielu_exponential(reduced);
    }

    template <class V>
    HILLOCK_INLINE V forward_from(const V& x, const detail::XIELUExponential<V>& e) const noexcept {
      const V above_zero = not_below(x, 0);
      const V factor = is_straight_ ? V(slope_) : fma(V(positive_), above_zero, V(slope_));
      const V below_zero = not_above(x, 0);
      const V below = select(is_close(e), close_value(below_zero, e), far_value(below_zero, e));
      return nan_propagated(x, select(x > 0, above_zero * factor, below));
    }
    template <class V>
    HILLOCK_INLINE V derivative_from(const V& x,
                                     const detail::XIELUExponential<V>& e) const noexcept {
      const V above = is_straight_ ? nan_or(x, V(slope_))
                                   : fma(V(positive_ + positive_), not_below(x, 0), V(slope_));
      const V close = fma(V(negative_), e.m, V(slope_)) + negative_ * e.m_low;
      const detail::kernels::TwoParts<V> product = scaled_exponential(e);
      const detail::kernels::TwoParts<V> sum = exact_sum(V(rest_), product.high);
      const V distant = sum.high + (sum.low + (product.low + rest_low_));
      const V below = select(x > limit_, V(rest_), select(is_close(e), close, distant));
      return nan_propagated(x, select(x > 0, above, below));
    }

    /// Whether the summands of f cancel to an eighth, or those of f' to a quarter.
    template <class V>
    HILLOCK_INLINE auto is_near_root(const V& x) const noexcept {
      // Without beta - alpha_n the derivative has no root, and comes to 0 far out.
      const V limited = not_below(not_above(x, 0), -128);
      const V loss = expm1(argument(limited));
      const V line = rest_ * limited;
      const V distant = is_level_ ? T(0) : slope_ * T(0.25);
      return (x > -128) & ((abs(fma(V(negative_), loss, line)) < 0.125 * abs(line)) |
                           (abs(fma(V(negative_), loss, V(slope_))) < abs(distant)));
    }

   private:
    T positive_;
    T negative_;
    T slope_;
    T limit_;  ///< eps, but at most 0
    T rest_;   ///< beta - alpha_n, and its rounding error
    T rest_low_;
    bool is_straight_;  ///< whether alpha_p is 0
    bool is_level_;     ///< whether beta - alpha_n is 0

    static T rounding_error(T a, T b, T difference) noexcept {
      const T part = difference - a;
      return (a - (difference - part)) - (b + part);
    }

    template <class V>
    HILLOCK_INLINE V argument(const V& x) const noexcept {
      return not_above(x, limit_);
    }

    /// Whether the reduced argument is the argument itself, which is then above -0.35.
    template <class V>
    static HILLOCK_INLINE auto is_close(const detail::XIELUExponential<V>& e) noexcept {
      return e.power == detail::kernels::scaled_one<V>();
    }

    /// Returns alpha_n e^min(x,eps) in two parts.
    template <class V>
    HILLOCK_INLINE detail::kernels::TwoParts<V> scaled_exponential(
        const detail::XIELUExponential<V>& e) const noexcept {
      const detail::kernels::TwoParts<V> value = e.value();
      const detail::kernels::TwoParts<V> product =
          exact_product_of_parameter(negative_, value.high);
      return {product.high, fma(V(negative_), value.low, product.low)};
    }

    /// Returns f(x) for an x <= 0 and a min(x, eps) above -0.35.
    template <class V>
    HILLOCK_INLINE V close_value(const V& x, const detail::XIELUExponential<V>& e) const noexcept {
      const V limited = not_below(x, -1);
      // Subtracted from, so that a sum of two zeros has the sign of beta x.
      const V rest = (limited - argument(limited)) - e.curve;
      return fma(V(-negative_), rest, slope_ * limited);
    }

    /// Returns f(x) for an x <= 0.
    template <class V>
    HILLOCK_INLINE V far_value(const V& x, const detail::XIELUExponential<V>& e) const noexcept {
      using Parts = detail::kernels::TwoParts<V>;
      // Beyond, the rounding errors do not count, and the products could overflow.
      constexpr double end = -0x1p60;
      const V limited = not_below(x, end);
      const Parts line = exact_product_of_parameter(rest_, limited);
      const Parts product = scaled_exponential(e);
      const Parts first = exact_sum(line.high, V(-negative_));
      const Parts second = exact_sum(first.high, product.high);
      const V lost =
          (first.low + second.low) + (product.low + fma(limited, V(rest_low_), line.low));
      const V beyond = is_level_ ? V(-negative_) : fma(V(rest_), x, V(-negative_));
      return select(x < end, beyond, second.high + lost);
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(alpha_p),
                      detail::rounded_parameter<A, T>(alpha_n),
                      detail::rounded_parameter<A, T>(beta), detail::rounded_parameter<A, T>(eps));
  }

  /// Returns the gradient by alpha_p of a loss whose gradient by f(z) is dy: the sum of dy z^2 over
  /// z > 0. The terms are computed and added in double. Throws std::invalid_argument if the shapes
  /// differ.
  template <class Z, class DY>
  [[nodiscard]] double alpha_p_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>("XIELU::alpha_p_gradient", ByAlphaP(), z, dy);
  }
  /// Returns the gradient by alpha_n in the same way: the sum of dy (e^min(z,eps) - 1 - z) over
  /// z <= 0.
  template <class Z, class DY>
  [[nodiscard]] double alpha_n_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>(
        "XIELU::alpha_n_gradient", ByAlphaN{detail::parameter_for<A, Z>(eps)}, z, dy);
  }

  /// Whether the summands of f cancel to an eighth, or those of the derivative to a quarter.
  template <class V>
  HILLOCK_INLINE auto is_near_root(const V& x) const noexcept {
    return formula<typename V::value_type>().is_near_root(x);
  }

 private:
  struct ByAlphaP {
    template <class V>
    HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
      const V above = not_below(x, 0);
      return above * above;
    }
  };
  struct ByAlphaN {
    double eps;

    template <class V>
    HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
      const V below = not_above(x, 0);
      return select(
          x > 0, 0,
          select(below > eps, expm1(V(eps)) - below, detail::kernels::expm1_without_line(below)));
    }
  };
};

/// The function as an object: xielu(x), xielu.derivative(x). exact::xielu is the correctly rounded
/// one.
inline constexpr XIELU<> xielu{};

namespace exact {
using XIELU = hillock::XIELU<Accuracy::exact>;
inline constexpr XIELU xielu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
