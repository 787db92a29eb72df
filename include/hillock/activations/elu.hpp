#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/slope_of_output.hpp>
#include <hillock/parameter_gradient.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Exponential linear unit: f(x) = x for x > 0, else alpha (e^x - 1).
/// Derivative   1 for x > 0, else alpha e^x; at 0 it is alpha. The derivative by alpha is
///              e^min(x,0) - 1.
/// Parameters   alpha, 1 by default; any finite number (std::invalid_argument otherwise).
///              An infinity or a NaN that is written to it later makes NaN of f(x) for x <= 0, and
///              f'(x) there.
/// Edge values  f(+-0) = +-0 for a positive alpha, f(+inf) = +inf, f(-inf) = -alpha, f'(-inf) = 0,
///              NaN in, NaN out.
/// Computed as  alpha expm1(x), because e^x - 1 loses all digits near 0; in the derivative, alpha
///              is multiplied in before e^x can become subnormal.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded (alpha 1; promised at others: exact_bound).
/// Type         ELU<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no ELU<double>.
/// Source       Clevert, Unterthiner, Hochreiter, arXiv:1511.07289 (2015).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class ELU : public PreparedActivation<ELU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr ErrorBound derivative_from_output_bound{0.5};
  static constexpr bool may_preserve_sign = true;
  static constexpr bool has_unimodal_slope = true;

  double alpha;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"alpha", &ELU::alpha}};
  }

  constexpr explicit ELU(double negative_scale = 1)
      : alpha(detail::finite_parameter("ELU", "alpha", negative_scale)) {}

  /// The function with alpha rounded to T.
  template <class T>
  class Formula : public detail::kernels::ExponentialFormula<Formula<T>> {
    using C = detail::kernels::ExpConstants<T>;

   public:
    constexpr explicit Formula(T scale) noexcept
        : alpha_(scale),
          small_alpha_(scale * C::from_tail),
          is_ordinary_(!detail::simd::is_hidden_nan(scale) &&
                       (scale == 0 || (magnitude(scale) >= 4 * C::from_tail &&
                                       magnitude(scale) <= C::decay_factor))) {}
    /// Copies member by member, for the reason given at detail::kernels::SharedSlope.
    Formula(const Formula& other) noexcept
        : detail::kernels::ExponentialFormula<Formula>(other),
          alpha_(detail::simd::loaded_alone(other.alpha_)),
          small_alpha_(detail::simd::loaded_alone(other.small_alpha_)),
          is_ordinary_(other.is_ordinary_) {}

    /// Reduces -|x|. For a positive x the exponential is not used, and this way it does not
    /// overflow.
    template <class V>
    HILLOCK_INLINE auto reduce(const V& x) const noexcept {
      return reduced_decay_from_one(not_below_decay_limit(negative_magnitude(x)));
    }
    template <class Reduced>
    HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
      return decay_from_one_of(reduced);
    }
    template <class V>
    HILLOCK_INLINE V forward_from(const V& x,
                                  const detail::kernels::DecayFromOne<V>& e) const noexcept {
      if (HILLOCK_LIKELY(is_ordinary_ && alpha_ >= 0))
        return by_sign(x, x, -small_alpha_ * e.scaled_loss);
      return select(x > 0, x, alpha_ * copysign(e.scaled_loss * C::from_tail, x));
    }
    template <class V>
    HILLOCK_INLINE V derivative_from(const V& x,
                                     const detail::kernels::DecayFromOne<V>& e) const noexcept {
      const V below =
          is_ordinary_ ? small_alpha_ * e.scaled : times_exp(V(alpha_), not_above(x, 0), V(0));
      return nan_propagated(x, select(x > 0, 1, below));
    }

   private:
    T alpha_;
    T small_alpha_;
    /// Whether alpha / 2^tail is exact, and alpha times the smallest exponential is 0. It is false
    /// for NaN, also where under -ffast-math a comparison with NaN is true.
    bool is_ordinary_;

    static constexpr T magnitude(T number) noexcept { return number < 0 ? -number : number; }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return Formula<T>(detail::rounded_parameter<A, T>(alpha));
  }

  /// f' from y = f(x): 1 for y > 0, else y + alpha.
  template <class T>
  auto slope_of_output() const noexcept {
    return detail::kernels::ELUSlopeOfOutput<T>{1, detail::rounded_parameter<A, T>(alpha)};
  }
  [[nodiscard]] bool has_slope_of_output() const noexcept { return !(alpha < 0); }

  /// Returns the gradient by alpha of a loss whose gradient by f(z) is dy: the sum of dy (e^min(z,
  /// 0) - 1). The terms are computed and added in double. Throws std::invalid_argument if the
  /// shapes differ.
  template <class Z, class DY>
  [[nodiscard]] double alpha_gradient(const Z& z, const DY& dy) const {
    return detail::checked_parameter_gradient<Arch>("ELU::alpha_gradient", ByAlpha(), z, dy);
  }

 private:
  struct ByAlpha {
    template <class V>
    HILLOCK_INLINE V parameter_derivative_at(const V& x) const noexcept {
      return expm1(not_above(x, 0));
    }
  };
};

/// The function as an object: elu(x), elu.derivative(x). exact::elu is the correctly rounded one.
inline constexpr ELU<> elu{};

namespace exact {
using ELU = hillock::ELU<Accuracy::exact>;
inline constexpr ELU elu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
