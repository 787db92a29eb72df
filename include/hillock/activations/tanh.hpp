#pragma once

#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/logistic.hpp>
#include <hillock/kernels/slope_of_output.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Hyperbolic tangent: f(x) = (e^x - e^-x) / (e^x + e^-x), in [-1, 1] and zero-centred.
/// Derivative   1 - f(x)^2 = sech^2 x = 4 sigmoid'(2x), in [0, 1]; at 0 it is 1. It is computed
///              from x: computed from a rounded float f(x), it would be 0 for x >= 9.01, where it
///              is 5.96e-8.
/// Edge values  f(+-0) = +-0, f(+-inf) = +-1, f'(+-inf) = 0, NaN in, NaN out.
/// Computed as  m / (2 - m) with m = 1 - e^-2|x| and the sign of x; f and f' share the exponential.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded. Bit for bit, f is odd and the derivative is even.
/// Source       LeCun, Bottou, Orr, Mueller, "Efficient BackProp" (1998).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Tanh : public Activation<Tanh<A, Arch>>,
             public detail::kernels::ExponentialFormula<Tanh<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr ErrorBound derivative_from_output_bound{1.5};
  static constexpr bool may_preserve_sign = true;
  static constexpr bool has_unimodal_slope = true;

  constexpr Tanh() noexcept = default;

  /// Reduces -2|x|. |x| is limited first, to where the exponential is 0, because doubling may
  /// overflow.
  template <class V>
  HILLOCK_INLINE auto reduce(const V& x) const noexcept {
    return detail::kernels::reduced_decay_from_one<2>(
        not_below(negative_magnitude(x), detail::kernels::ExpConstantsOf<V>::decay_limit / -2));
  }
  template <class Reduced>
  HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
    return decay_from_one_of(reduced);
  }
  template <class V>
  HILLOCK_INLINE V forward_from(const V& x,
                                const detail::kernels::DecayFromOne<V>& e) const noexcept {
    const V two = 2 * detail::kernels::scaled_one<V>();
    return copysign(e.scaled_loss / (two - e.scaled_loss), x);
  }
  template <class V>
  HILLOCK_INLINE V derivative_from(const V&,
                                   const detail::kernels::DecayFromOne<V>& e) const noexcept {
    return logistic_derivative(e, 4);
  }

  /// f' from y = f(x): 1 - y^2.
  template <class T>
  static constexpr auto slope_of_output() noexcept {
    return detail::kernels::TanhSlopeOfOutput();
  }
};

/// The function as an object: tanh(x), tanh.derivative(x). exact::tanh is the correctly rounded
/// one.
inline constexpr Tanh<> tanh{};

namespace exact {
using Tanh = hillock::Tanh<Accuracy::exact>;
inline constexpr Tanh tanh{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
