#pragma once

#include <hillock/kernels/error_free.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Softsign: f(x) = x / (1 + |x|), in [-1, 1] and zero-centred. It saturates as 1/|x|, much more
/// slowly than tanh.
/// Derivative   1 / (1 + |x|)^2, in [0, 1]; at 0 it is 1.
/// Kinks        none: the derivative is continuous.
/// Edge values  f(+-0) = +-0, f(+-inf) = +-1, f'(+-inf) = 0, NaN in, NaN out.
/// Computed as  x / (1 + |x|), and 1 / (1 + |x|) squared, because (1 + |x|)^2 overflows where its
///              inverse is not 0 yet. In the derivative the rounding error of 1 + |x| counts twice
///              and is corrected.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded. Bit for bit, f is odd and the derivative is even.
/// Source       Bergstra, Desjardins, Lamblin, Bengio, "Quadratic polynomials learn better image
///              features", Technical Report 1337, Universite de Montreal (2009).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Softsign : public Activation<Softsign<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};
  static constexpr bool may_preserve_sign = true;
  static constexpr bool has_unimodal_slope = true;

  constexpr Softsign() noexcept = default;

  template <class V>
  HILLOCK_INLINE V forward_at(const V& x) const noexcept {
    const V a = limited_magnitude(x);
    return copysign(a / (1 + a), x);
  }
  template <class V>
  HILLOCK_INLINE V derivative_at(const V& x) const noexcept {
    const V a = limited_magnitude(x);
    const detail::kernels::TwoParts<V> sum = detail::kernels::exact_sum(V(1), a);
    const V inverse = 1 / sum.high;
    // 1 / (s + low)^2 is (1 / s)^2 (1 - 2 low / s).
    const V correction = sum.low * inverse * -2;
    const V square = inverse * inverse;
    return fma(square, correction, square);
  }

 private:
  /// Returns |x|, limited to where f is 1 and f' is 0: of infinity the quotient would be NaN.
  template <class V>
  static HILLOCK_INLINE V limited_magnitude(const V& x) noexcept {
    constexpr double limit = sizeof(typename V::value_type) == 4 ? 0x1p80 : 0x1p600;
    return not_above(abs(x), limit);
  }
};

/// The function as an object: softsign(x), softsign.derivative(x). exact::softsign is the correctly
/// rounded one.
inline constexpr Softsign<> softsign{};

namespace exact {
using Softsign = hillock::Softsign<Accuracy::exact>;
inline constexpr Softsign softsign{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
