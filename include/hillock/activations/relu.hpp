#pragma once

#include <hillock/kernels/rectifier.hpp>
#include <hillock/kernels/slope_of_output.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Rectified linear unit: f(x) = x for x > 0, else 0.
/// Derivative   1 for x > 0, else 0; at 0 it is 0. A unit whose input is never positive gets no
///              gradient: it is dead.
/// Edge values  f(+-0) = +0, f(+inf) = +inf, f(-inf) = 0, NaN in, NaN out, in the derivative too.
/// Accuracy     exact.
/// Source       Nair, Hinton (2010); Glorot, Bordes, Bengio (2011).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class ReLU : public Activation<ReLU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr ErrorBound derivative_from_output_bound{0};
  static constexpr bool has_unimodal_slope = true;

  constexpr ReLU() noexcept = default;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    return positive_part(x);
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    return positive_part_derivative(x);
  }

  /// f' from y = f(x), which has the sign of x.
  template <class T>
  static constexpr auto slope_of_output() noexcept {
    return detail::kernels::ReLUSlopeOfOutput();
  }
};

/// The function as an object: relu(x), relu.derivative(x). exact::relu is the correctly rounded
/// one.
inline constexpr ReLU<> relu{};

namespace exact {
using ReLU = hillock::ReLU<Accuracy::exact>;
inline constexpr ReLU relu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
