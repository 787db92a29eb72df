#pragma once

#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Identity (linear) activation: f(x) = x. A network with no other activation computes a linear
/// function.
/// Derivative   1.
/// Edge values  f(-0) = -0, f(+-inf) = +-inf; NaN in, NaN out, in the derivative too.
/// Accuracy     exact.
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Identity : public Activation<Identity<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr bool may_preserve_sign = true;
  static constexpr bool has_unimodal_slope = true;

  constexpr Identity() noexcept = default;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    return x;
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    return nan_or(x, 1);
  }
};

/// The function as an object: identity(x), identity.derivative(x). exact::identity is the correctly
/// rounded one.
inline constexpr Identity<> identity{};

namespace exact {
using Identity = hillock::Identity<Accuracy::exact>;
inline constexpr Identity identity{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
