#pragma once

#include <hillock/kernels/rectifier.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Squared ReLU: f(x) = x^2 for x > 0, else 0.
/// Derivative   2 x for x > 0, else 0. It is not bounded.
/// Kinks        none: f is smooth at 0, where the derivative is 0. (The derivative has a kink
///              there.)
/// Edge values  f(+-0) = +0, f(+inf) = +inf, f(-inf) = 0, f'(+inf) = +inf, f'(-inf) = 0; NaN in,
///              NaN out. f(x) is infinite where x^2 is, f'(x) where 2 x is.
/// Computed as  ReLU times itself, and ReLU plus itself.
/// Accuracy     f is one multiplication and the derivative is exact, so both are correctly rounded
///              in either tier.
/// Source       So, Manke, Liu, Dai, Shazeer, Le, "Primer", arXiv:2109.08668 (2021).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class SquaredReLU : public Activation<SquaredReLU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0.5};
  static constexpr ErrorBound derivative_bound{0};
  static constexpr bool has_unimodal_slope = true;

  constexpr SquaredReLU() noexcept = default;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    const V rectified = positive_part(x);
    return rectified * rectified;
  }

  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    const V rectified = positive_part(x);
    return rectified + rectified;
  }
};

/// The function as an object: squared_relu(x), squared_relu.derivative(x). exact::squared_relu is
/// the correctly rounded one.
inline constexpr SquaredReLU<> squared_relu{};

namespace exact {
using SquaredReLU = hillock::SquaredReLU<Accuracy::exact>;
inline constexpr SquaredReLU squared_relu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
