#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/scaled_argument.hpp>
#include <hillock/kernels/slope_of_output.hpp>
#include <hillock/parameter_gradient.hpp>
#include <hillock/verbs.hpp>

#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Continuously differentiable exponential linear unit: f(x) = x for x > 0, else
/// alpha (e^(x / alpha) - 1). With alpha = 1 it is ELU.
/// Derivative   1 for x > 0, else e^(x / alpha); at 0 it is 1. The derivative by alpha is
///              e^t - 1 - t e^t with t = min(x, 0) / alpha.
/// Kinks        none: the derivative is continuous, whatever alpha is. (That of ELU is not.)
/// Parameters   alpha, 1 by default; any finite number that is not negative (std::invalid_argument
///              otherwise). With alpha = 0 it is the limit: f(x) = -0 and f'(x) = 0 for x < 0. A
///              negative number, an infinity or a NaN that is written to it later makes NaN of f(x)
///              and f'(x) for x <= 0.
/// Edge values  f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -alpha, f'(-inf) = 0, NaN in, NaN out.
/// Computed as  alpha expm1(x / alpha), because e^t - 1 loses all digits near 0. The rounding error
///              of x / alpha is added to the exponent: without it, the derivative would be up to 50
///              ULP off.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded (alpha 1; promised at others: exact_bound).
/// Type         CELU<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no CELU<double>.
/// Source       Barron, arXiv:1704.07483 (2017).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class CELU : public PreparedActivation<CELU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr ErrorBound derivative_from_output_bound{1.5};
  static constexpr bool may_preserve_sign = true;
  static constexpr bool has_unimodal_slope = true;

  double alpha;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"alpha", &CELU::alpha}};
  }

  constexpr explicit CELU(double negative_scale = 1)
      : alpha(detail::nonnegative_parameter("CELU", "alpha", negative_scale)) {}

  /// The function with alpha rounded to T.
  template <class T>
  class Formula : public detail::kernels::ExponentialFormula<Formula<T>> {
    using C = detail::kernels::ExpConstants<T>;

   public:
    explicit Formula(T scale) noexcept
        : divisor_(scale), alpha_(scale), smallest_(scale * T(-0x1p-64)) {
      if (detail::simd::is_hidden_nan(scale) || scale >= 0) return;
      alpha_ = std::numeric_limits<T>::quiet_NaN();
      divisor_ = detail::kernels::ArgumentDivisor<T>(alpha_);
      smallest_ = 0;
    }

    /// Copies member by member, for the reason given at detail::kernels::SharedSlope.
    Formula(const Formula& other) noexcept
        : detail::kernels::ExponentialFormula<Formula>(other),
          divisor_(other.divisor_),
          alpha_(detail::simd::loaded_alone(other.alpha_)),
          smallest_(detail::simd::loaded_alone(other.smallest_)) {}

    template <class V>
    HILLOCK_INLINE auto reduce(const V& x) const noexcept {
      return divisor_.reduced_quotient(x);
    }
    template <class Reduced>
    HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
      return decay_from_one_of(reduced);
    }
    template <class V>
    HILLOCK_INLINE V forward_from(const V& x,
                                  const detail::kernels::DecayFromOne<V>& e) const noexcept {
      const V below = alpha_ * copysign(e.scaled_loss * C::from_tail, x);
      return nan_propagated(x, select(x > smallest_, x, below));
    }
    template <class V>
    HILLOCK_INLINE V derivative_from(const V& x,
                                     const detail::kernels::DecayFromOne<V>& e) const noexcept {
      return nan_propagated(x, select(x > 0, 1, e.value()));
    }

   private:
    detail::kernels::ArgumentDivisor<T> divisor_;
    T alpha_;
    /// For x between this number, -2^-64 alpha, and 0, f(x) is x: the quotient could be subnormal.
    T smallest_;
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(alpha));
  }

  /// f' from y = f(x): 1 for y > 0, else (y + alpha) / alpha.
  template <class T>
  auto slope_of_output() const noexcept {
    return detail::kernels::CELUSlopeOfOutput<T>{detail::rounded_parameter<A, T>(alpha)};
  }
  [[nodiscard]] bool has_slope_of_output() const noexcept { return !(alpha <= 0); }

  /// Returns the gradient by alpha of a loss whose gradient by f(z) is dy: the sum of dy (e^u - 1 -
  /// u e^u) for u = z / alpha < 0, and of 0 elsewhere. The terms are computed and added in double.
  /// Throws std::invalid_argument if the shapes differ.
  template <class Z, class DY>
  [[nodiscard]] double alpha_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>(
        "CELU::alpha_gradient", ByAlpha{detail::parameter_for<A, Z>(alpha)}, z, dy);
  }

 private:
  struct ByAlpha {
    double alpha;

    template <class V>
    HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
      // e^u - 1 - u e^u, without the loss of digits near 0. Below -800 the exponential is 0.
      const V u = not_below(not_above(x, 0) / alpha, -800);
      return select(u < -0.5, expm1(u) - u * exp(u),
                    detail::kernels::expm1_without_line(u) - u * expm1(u));
    }
  };
};

/// The function as an object: celu(x), celu.derivative(x). exact::celu is the correctly rounded
/// one.
inline constexpr CELU<> celu{};

namespace exact {
using CELU = hillock::CELU<Accuracy::exact>;
inline constexpr CELU celu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
