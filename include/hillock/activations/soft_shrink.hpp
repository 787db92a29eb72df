#pragma once

#include <hillock/arrays/operations/parameter.hpp>
#include <hillock/kernels/shrink.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Soft shrinkage: f(x) = x - lambda for x > lambda, x + lambda for x < -lambda, else 0. It moves x
/// towards 0 by lambda.
/// Derivative   1 for |x| > lambda, else 0.
/// Kinks        at -lambda and at lambda the derivative is 0, that of the flat side.
/// Parameters   lambda, 0.5 by default; a finite number that is not negative (std::invalid_argument
///              otherwise). If an infinity, a NaN or a negative number is written to it later,
///              every result is NaN.
/// Edge values  f(x) = +0 for |x| <= lambda, both zeros included; f(+-inf) = +-inf, f' = 1 at both
///              infinities; NaN in, NaN out.
/// Computed as  x - lambda with the sign of x on lambda, and a mask.
/// Accuracy     f is one subtraction and the derivative is exact, so both are correctly rounded in
///              either tier.
/// Type         SoftShrink<> where C++ deduces no template arguments: as a member, a parameter or a
///              result. The element type is that of the arrays; there is no SoftShrink<double>.
/// Source       Donoho, Johnstone, "Ideal spatial adaptation by wavelet shrinkage" (1994).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class SoftShrink : public PreparedActivation<SoftShrink<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{0.5};
  static constexpr ErrorBound derivative_bound{0};
  // |f'| is not unimodal: it is 1 on both sides of the interval in which it is 0. And f does not
  // have the sign of x, because it is 0 there.

  double lambda;
  static constexpr auto parameters() noexcept {
    return std::array{Parameter{"lambda", &SoftShrink::lambda}};
  }

  constexpr explicit SoftShrink(double width = 0.5)
      : lambda(detail::nonnegative_parameter("SoftShrink", "lambda", width)) {}

  /// The function with lambda rounded to T.
  template <class T>
  struct Formula {
    detail::kernels::ShrinkWidth<T> width;

    template <class V>
    HILLOCK_INLINE V forward_at(const V& x) const noexcept {
      const V moved = x - copysign(V(width.lambda), x);
      return zero_inside(x, V(width.lambda), moved) + V(width.summand);
    }
    template <class V>
    HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
      return shrink_derivative(x, V(width.lambda)) + V(width.summand);
    }
  };
  template <class T>
  Formula<T> formula() const noexcept {
    return {detail::kernels::ShrinkWidth<T>(detail::rounded_parameter<A, T>(lambda))};
  }
};

/// The function as an object: soft_shrink(x), soft_shrink.derivative(x). exact::soft_shrink is the
/// correctly rounded one.
inline constexpr SoftShrink<> soft_shrink{};

namespace exact {
using SoftShrink = hillock::SoftShrink<Accuracy::exact>;
inline constexpr SoftShrink soft_shrink{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
