#pragma once

#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/pair.hpp>
#include <hillock/kernels/slope_of_output.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace detail {

/// SELU's lambda and lambda alpha, with
///   lambda = 1.0507009873554804934193349852946, alpha = 1.6732632423543772848170429916717.
template <class V>
struct SELUConstants {
  static HILLOCK_INLINE V lambda() noexcept { return V(1.0507009873554804934193349852946); }
  static HILLOCK_INLINE V lambda_alpha() noexcept { return V(1.7580993408473768599402175208123); }
};
template <class W>
struct SELUConstants<kernels::Pair<W>> {
  static kernels::Pair<W> lambda() noexcept {
    return kernels::TwoParts<W>{0x1.0cfabd6a91132p+0, 0x1.6fc7d272f2695p-55};
  }
  static kernels::Pair<W> lambda_alpha() noexcept {
    return kernels::TwoParts<W>{0x1.c212cc640f031p+0, 0x1.05161b045a1fep-56};
  }
};

}  // namespace detail

/// Scaled exponential linear unit: f(x) = lambda x for x > 0, else lambda alpha (e^x - 1), with
/// constants for which normalised layers stay normalised: lambda = 1.0507009873554804934193,
/// alpha = 1.6732632423543772848170. These are the paper's numbers, as PyTorch and Keras have them;
/// a float rounds lambda and lambda alpha once. (ONNX states both constants rounded to float.)
/// Derivative   lambda for x > 0, else lambda alpha e^x.
/// Kinks        at 0 the derivative is that of the left side, lambda alpha = 1.7580993.
/// Edge values  f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -lambda alpha, f'(-inf) = 0, NaN in, NaN
///              out. f(x) is infinite where lambda x is.
/// Computed as  lambda alpha expm1(x), because e^x - 1 loses all digits near 0; in the derivative,
///              lambda alpha is multiplied in before e^x can become subnormal.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded, of the function with the constants above.
/// Source       Klambauer, Unterthiner, Mayr, Hochreiter, arXiv:1706.02515 (2017).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class SELU : public Activation<SELU<A, Arch>>,
             public detail::kernels::ExponentialFormula<SELU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr ErrorBound derivative_from_output_bound{1.5};
  static constexpr bool may_preserve_sign = true;
  static constexpr bool has_unimodal_slope = true;

  constexpr SELU() noexcept = default;

  /// Reduces -|x|. For a positive x the exponential is not used, and this way it does not overflow.
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
    using Constants = detail::SELUConstants<V>;
    // For a negative x, lambda x could overflow.
    const V above = Constants::lambda() * by_sign(x, x, V(0));
    return by_sign(x, above, -(scaled_lambda_alpha<V>() * e.scaled_loss));
  }
  template <class V>
  HILLOCK_INLINE V derivative_from(const V& x,
                                   const detail::kernels::DecayFromOne<V>& e) const noexcept {
    const V below = scaled_lambda_alpha<V>() * e.scaled;
    return nan_propagated(x, select(x > 0, detail::SELUConstants<V>::lambda(), below));
  }

  /// f' from y = f(x): lambda for y > 0, else y + lambda alpha.
  template <class T>
  static constexpr auto slope_of_output() noexcept {
    return detail::kernels::ELUSlopeOfOutput<T>{
        static_cast<T>(detail::SELUConstants<double>::lambda()),
        static_cast<T>(detail::SELUConstants<double>::lambda_alpha())};
  }

 private:
  /// Returns lambda alpha / 2^tail.
  template <class V>
  static HILLOCK_INLINE V scaled_lambda_alpha() noexcept {
    constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
    return detail::SELUConstants<V>::lambda_alpha() * from_tail;
  }
};

/// The function as an object: selu(x), selu.derivative(x). exact::selu is the correctly rounded
/// one.
inline constexpr SELU<> selu{};

namespace exact {
using SELU = hillock::SELU<Accuracy::exact>;
inline constexpr SELU selu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
