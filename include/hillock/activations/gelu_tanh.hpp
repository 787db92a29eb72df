#pragma once

#include <hillock/kernels/cubic.hpp>
#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/logistic.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace detail {

template <class T>
struct GELUTanhConstants;

template <>
struct GELUTanhConstants<float> {
  // 2 sqrt(2 / pi) (x + 0.044715 x^3), and x times its derivative.
  static constexpr kernels::OddCubic<float> t{0x1.988454p+0f, -0x1.857936p-25f, 0x1.2444f2p-4f,
                                              0x1.49b16ap-29f};
  static constexpr kernels::OddCubic<float> v{0x1.988454p+0f, -0x1.857936p-25f, 0x1.b6676cp-3f,
                                              -0x1.175e2p-32f};
  static constexpr float limit = 11.5f;  // t is 126.9 there; f is 0 from -10.7
};

template <>
struct GELUTanhConstants<double> {
  static constexpr kernels::OddCubic<double> t{0x1.9884533d43651p+0, -0x1.cbc0d30ebfd15p-54,
                                               0x1.2444f2a4d8b4bp-4, -0x1.6c843a29d1c7p-61};
  static constexpr kernels::OddCubic<double> v{0x1.9884533d43651p+0, -0x1.cbc0d30ebfd15p-54,
                                               0x1.b6676bf7450fp-3, 0x1.bba7351828aabp-57};
  static constexpr double limit = 24.0;  // t is 1025 there; f is 0 from -21.6
};

}  // namespace detail

/// The approximation of GELU by a hyperbolic tangent:
/// f(x) = x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2. It is another function than GELU, up
/// to 0.00047 away from it: the default of JAX and of GPT-2, approximate="tanh" of PyTorch.
/// Derivative   s + v s (1 - s) with s = sigmoid(t), t = 2 sqrt(2 / pi) (x + 0.044715 x^3) and
///              v = x t'(x); at 0 it is 1/2. It is negative below its root at -0.7524614.
/// Kinks        none: the function is smooth.
/// Edge values  f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -0, f'(+inf) = 1, f'(-inf) = -0. NaN in,
///              NaN out.
/// Computed as  x / (1 + e) for x >= 0 and x e / (1 + e) for x < 0, with e = e^-|t|, because
///              1 + tanh loses all digits for a negative x. t and v are computed in two parts: from
///              a rounded t, e would be up to 50 ULP off.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included. Where x is
///              within 1/4 of the derivative's root, an error of half an epsilon (2^-24, in double
///              2^-53) is within the bound too. exact: correctly rounded, near the root too.
/// Source       Hendrycks, Gimpel, arXiv:1606.08415 (2016).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class GELUTanh : public Activation<GELUTanh<A, Arch>>,
                 public detail::kernels::ExponentialFormula<GELUTanh<A, Arch>> {
  template <class V>
  using Constants = detail::GELUTanhConstants<typename V::value_type>;

 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4, 0.5};
  static constexpr bool has_unimodal_slope = true;
  static constexpr bool has_long_derivative = true;

  constexpr GELUTanh() noexcept = default;

  /// Reduces -|t|.
  template <class V>
  HILLOCK_INLINE auto reduce(const V& x) const noexcept {
    const detail::kernels::TwoParts<V> t = in_two_parts(Constants<V>::t, limited_magnitude(x));
    auto sum = reduced_decay_from_one(-t.high);
    sum.r = sum.r - t.low;
    return sum;
  }
  template <class Reduced>
  HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
    return parts_of(reduced);
  }
  template <class V>
  HILLOCK_INLINE V forward_from(const V& x, const detail::kernels::ExpParts<V>& e) const noexcept {
    constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
    const V a = limited_magnitude(x);
    const V below = fma(a, e.m, a) * e.power * -from_tail;
    return by_sign(x, x, below) / fma(fma(e.m, e.power, e.power), from_tail, 1);
  }
  template <class V>
  HILLOCK_INLINE V derivative_from(const V& x,
                                   const detail::kernels::ExpParts<V>& e) const noexcept {
    const detail::kernels::TwoParts<V> v = in_two_parts(Constants<V>::v, limited_magnitude(x));
    return gated_derivative(x, -v.high, -v.low, decay_of(e));
  }

  /// Whether x is within 1/4 of the derivative's root.
  template <class V>
  HILLOCK_INLINE auto is_near_root(const V& x) const noexcept {
    return abs(x + 0.752461422071016258) <= 0.25;
  }

 private:
  template <class V>
  static HILLOCK_INLINE V limited_magnitude(const V& x) noexcept {
    return not_above(abs(x), Constants<V>::limit);
  }
};

/// The function as an object: gelu_tanh(x), gelu_tanh.derivative(x). exact::gelu_tanh is the
/// correctly rounded one.
inline constexpr GELUTanh<> gelu_tanh{};

namespace exact {
using GELUTanh = hillock::GELUTanh<Accuracy::exact>;
inline constexpr GELUTanh gelu_tanh{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
