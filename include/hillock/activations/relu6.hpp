#pragma once

#include <hillock/kernels/clip.hpp>
#include <hillock/kernels/rectifier.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// ReLU that stops at 6: f(x) = min(max(x, 0), 6). A bounded output needs fewer bits in integer
/// arithmetic.
/// Derivative   1 for 0 < x < 6, else 0.
/// Kinks        at 0 and at 6 the derivative is 0, that of the flat side.
/// Edge values  f(+-0) = +0, f(+inf) = 6, f(-inf) = 0, f' = 0 at both infinities; NaN in, NaN out,
///              in the derivative too.
/// Computed as  ReLU and a minimum.
/// Accuracy     exact.
/// Source       Krizhevsky, "Convolutional Deep Belief Networks on CIFAR-10" (2010).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class ReLU6 : public Activation<ReLU6<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr bool has_unimodal_slope = true;

  constexpr ReLU6() noexcept = default;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    return not_above(positive_part(x), V(6));
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    return clipped_derivative(x, V(0), V(6), V(1));
  }
};

/// The function as an object: relu6(x), relu6.derivative(x). exact::relu6 is the correctly rounded
/// one.
inline constexpr ReLU6<> relu6{};

namespace exact {
using ReLU6 = hillock::ReLU6<Accuracy::exact>;
inline constexpr ReLU6 relu6{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
