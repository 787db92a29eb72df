#pragma once

#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/logistic.hpp>
#include <hillock/kernels/slope_of_output.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Sigmoid (logistic function): f(x) = 1 / (1 + e^-x), in [0, 1].
/// Derivative   f(x) (1 - f(x)) = e / (1 + e)^2 with e = e^-|x|, in [0, 1/4]; at 0 it is 1/4. It is
///              computed from x: computed from a rounded float f(x), it would be 0 for x >= 17.33,
///              where it is 2.98e-8.
/// Edge values  f(+-0) = 1/2, f(+inf) = 1, f(-inf) = 0, f'(+-inf) = 0, NaN in, NaN out.
/// Computed as  1 / (1 + e) for x >= 0 and e / (1 + e) for x < 0, so that small values lose no
///              digits.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded.
/// Source       Verhulst (1845); as an activation: Rumelhart, Hinton, Williams (1986),
///              doi:10.1038/323533a0.
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Sigmoid : public Activation<Sigmoid<A, Arch>>,
                public detail::kernels::ExponentialFormula<Sigmoid<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr ErrorBound derivative_from_output_bound{1.5};
  static constexpr bool has_unimodal_slope = true;

  constexpr Sigmoid() noexcept = default;

  template <class V>
  HILLOCK_INLINE auto reduce(const V& x) const noexcept {
    return reduced_decay(not_below_decay_limit(negative_magnitude(x)));
  }
  template <class Reduced>
  HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
    return decay_of(reduced);
  }
  template <class V>
  HILLOCK_INLINE V forward_from(const V& x, const detail::kernels::Decay<V>& e) const noexcept {
    return logistic(x, e);
  }
  template <class V>
  HILLOCK_INLINE V derivative_from(const V&, const detail::kernels::Decay<V>& e) const noexcept {
    return logistic_derivative(e, 1);
  }

  /// f' from y = f(x): y (1 - y).
  template <class T>
  static constexpr auto slope_of_output() noexcept {
    return detail::kernels::SigmoidSlopeOfOutput();
  }
};

/// The function as an object: sigmoid(x), sigmoid.derivative(x). exact::sigmoid is the correctly
/// rounded one.
inline constexpr Sigmoid<> sigmoid{};

namespace exact {
using Sigmoid = hillock::Sigmoid<Accuracy::exact>;
inline constexpr Sigmoid sigmoid{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
