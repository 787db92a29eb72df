#pragma once

#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/normal.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Gaussian error linear unit: f(x) = x Phi(x), where Phi(x) = (1 + erf(x / sqrt(2))) / 2 is the
/// standard normal distribution. This is the form with erf, the default of PyTorch, Keras and ONNX;
/// GELUTanh is the approximation by tanh, another function.
/// Derivative   Phi(x) + x phi(x) with the density phi(x) = e^(-x^2/2) / sqrt(2 pi); at 0 it is
///              1/2. It is negative below its root at -0.7517915.
/// Kinks        none: the function is smooth.
/// Edge values  f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -0, f'(+inf) = 1, f'(-inf) = -0. NaN in,
///              NaN out.
/// Computed as  max(x, 0) - |x| Phi(-|x|), and Phi(-a) = e^(-a^2/2) m(a) with a polynomial for m,
///              because 1 + erf loses all digits for a negative x (57 % of the value at -5.5). The
///              rounding error of x^2 is added to the exponent. The derivative of a negative x is
///              computed as a product with the distance from the root, so that no digits are lost
///              near it.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results and the
///              neighbourhood of the root included; exact: correctly rounded.
/// Source       Hendrycks, Gimpel, arXiv:1606.08415 (2016).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class GELU : public Activation<GELU<A, Arch>>,
             public detail::kernels::ExponentialFormula<GELU<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr bool has_unimodal_slope = true;

  constexpr GELU() noexcept = default;

  /// Reduces -x^2/2.
  template <class V>
  HILLOCK_INLINE auto reduce(const V& x) const noexcept {
    return reduced_normal_decay(normal_magnitude(x));
  }
  template <class Reduced>
  HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
    return parts_of(reduced);
  }
  template <class V>
  HILLOCK_INLINE V forward_from(const V& x, const detail::kernels::ExpParts<V>& e) const noexcept {
    constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
    // For a negative x the product is subtracted from -0, which keeps the sign of a product that is
    // 0.
    return fma(scaled_normal_tail(normal_magnitude(x), e), -from_tail, by_sign(x, x, V(-0.0)));
  }
  template <class V>
  HILLOCK_INLINE V derivative_from(const V& x,
                                   const detail::kernels::ExpParts<V>& e) const noexcept {
    constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
    const V below = scaled_normal_slope(normal_magnitude(x), e);
    return by_sign(x, fma(below, -from_tail, 1), below * from_tail);
  }
};

/// The function as an object: gelu(x), gelu.derivative(x). exact::gelu is the correctly rounded
/// one.
inline constexpr GELU<> gelu{};

namespace exact {
using GELU = hillock::GELU<Accuracy::exact>;
inline constexpr GELU gelu{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
