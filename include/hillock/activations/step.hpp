#pragma once

#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Heaviside step, the perceptron's threshold: f(x) = 1 for x > 0, else 0.
/// Derivative   0 wherever it exists; at 0 it is 0 too. No gradient passes through it.
/// Edge values  f(+-0) = 0, f(+inf) = 1, f(-inf) = 0; NaN in, NaN out, in the derivative too.
/// Accuracy     exact.
/// Source       McCulloch, Pitts (1943); Rosenblatt (1958).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Step : public Activation<Step<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr bool has_unimodal_slope = true;

  constexpr Step() noexcept = default;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    return one_where_positive(x, V(0));
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    return nan_or(x, 0);
  }
};

/// The function as an object: step(x), step.derivative(x). exact::step is the correctly rounded
/// one.
inline constexpr Step<> step{};

namespace exact {
using Step = hillock::Step<Accuracy::exact>;
inline constexpr Step step{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
