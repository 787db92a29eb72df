#pragma once

#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/pair.hpp>
#include <hillock/verbs.hpp>

#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace detail {

template <class T>
struct TanhShrinkConstants;

template <>
struct TanhShrinkConstants<float> {
  // fpminimax of x^3 / (x - tanh(x)) in s = x^2, 0 <= s <= 1: relative error 2^-29.9.
  static constexpr float denominator[5] = {0x1.8p+1f, 0x1.333332p+0f, -0x1.7674c2p-8f,
                                           0x1.08db16p-12f, -0x1.67acdp-17f};
};

template <>
struct TanhShrinkConstants<double> {
  // fpminimax as for floats: relative error 2^-56.7.
  static constexpr double denominator[9] = {0x1.8p+1,
                                            0x1.3333333333328p+0,
                                            -0x1.767dce4334207p-8,
                                            0x1.0a4e1575a8e91p-12,
                                            -0x1.997cae483d43fp-17,
                                            0x1.4173e03037e9cp-21,
                                            -0x1.fb80736ee0288p-26,
                                            0x1.8b2c642b8645dp-30,
                                            -0x1.005539329080fp-34};
};

/// Returns x^3 / (x - tanh(x)) from s = x^2, for s <= 1.
template <class V>
HILLOCK_INLINE V tanh_shrink_denominator(V s) noexcept {
  return polynomial(s, TanhShrinkConstants<typename V::value_type>::denominator);
}
/// Returns the same of pairs of doubles, by Lambert's continued fraction
///   tanh(x) = x / (1 + s / (3 + s / (5 + ...))), so that it is s + 3 + s / (5 + s / (7 + ...)).
template <class W>
kernels::Pair<W> tanh_shrink_denominator(const kernels::Pair<W>& s) noexcept {
  using P = kernels::Pair<W>;
  P fraction = 31;
  for (int odd = 29; odd >= 3; odd -= 2) fraction = P(odd) + s / fraction;
  return s + fraction;
}

}  // namespace detail

/// Tanh shrink: f(x) = x - tanh(x), close to 0 around 0, and x -+ 1 far out.
/// Derivative   tanh(x)^2, in [0, 1]; at 0 it is 0.
/// Kinks        none: the function is smooth.
/// Edge values  f(+-0) = +-0, f(+-inf) = +-inf, f'(+-inf) = 1, NaN in, NaN out.
/// Computed as  x x^2 / d(x^2) for |x| <= 1 with a polynomial for d, which is nearly linear,
///              because the difference loses all digits near 0, where it is x^3 / 3. For larger
///              |x| it is (|x| - 1) + c with c = 2e / (1 + e) and e = e^-2|x|, and has the sign of
///              x. The derivative is computed from the same quotient: for larger |x| it is
///              (1 - c)^2.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included; exact:
///              correctly rounded. Bit for bit, f is odd and the derivative is even.
/// Source       Collobert, Kavukcuoglu, Farabet, "Torch7: A Matlab-like Environment for Machine
///              Learning", BigLearn, NIPS Workshop (2011).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class TanhShrink : public Activation<TanhShrink<A, Arch>>,
                   public detail::kernels::ExponentialFormula<TanhShrink<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4};

  constexpr TanhShrink() noexcept = default;

  /// Reduces -2|x|. |x| is limited first, to where the exponential is 0, because doubling may
  /// overflow.
  template <class V>
  HILLOCK_INLINE auto reduce(const V& x) const noexcept {
    return detail::kernels::reduced_decay_from_one<2>(
        not_below(negative_magnitude(x), detail::kernels::ExpConstantsOf<V>::decay_limit / -2));
  }
  template <class Reduced>
  HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
    return decay_from_one_of(reduced);
  }
  template <class V>
  HILLOCK_INLINE V forward_from(const V& x,
                                const detail::kernels::DecayFromOne<V>& e) const noexcept {
    const V magnitude = abs(x);
    const V rest = complement(magnitude, e);
    return copysign(select(magnitude > 1, (magnitude - 1) + rest, not_above(magnitude, 1) * rest),
                    x);
  }
  template <class V>
  HILLOCK_INLINE V derivative_from(const V& x,
                                   const detail::kernels::DecayFromOne<V>& e) const noexcept {
    // tanh(x)^2 is x^2 (1 - c)^2 for |x| <= 1, else (1 - c)^2. The rounding errors of x^2, of 1 - c
    // and of its square are added, because together they would exceed the bound.
    const V magnitude = abs(x);
    const V inner = not_above(magnitude, 1);
    const V rest = complement(magnitude, e);
    const V ratio = 1 - rest;
    const V ratio_low = (1 - ratio) - rest;
    // Of a tiny x^2 the rounding error is subnormal, and left out.
    const detail::kernels::TwoParts<V> factor = exact_product(inner, inner);
    const V factor_low = zero_where(factor.high < smallest_square<V>(), factor.low);
    const detail::kernels::TwoParts<V> square = exact_product(ratio, ratio);
    const V square_low = fma(ratio + ratio, ratio_low, square.low);
    return fma(factor.high, square.high, fma(factor_low, square.high, factor.high * square_low));
  }

 private:
  /// Returns the smallest x^2 whose rounding error counts.
  template <class V>
  static constexpr double smallest_square() noexcept {
    using Limits = std::numeric_limits<typename V::value_type>;
    return static_cast<double>(Limits::min() / (Limits::epsilon() * Limits::epsilon()));
  }

  /// Returns c = 1 - tanh(a) / a for a <= 1, and c = 1 - tanh(a) for a > 1, by one division.
  template <class V>
  static HILLOCK_INLINE V complement(const V& a,
                                     const detail::kernels::DecayFromOne<V>& e) noexcept {
    const V inner = not_above(a, 1);
    const V s = inner * inner;
    const V value = e.value();
    const auto is_outside = a > 1;
    return select(is_outside, value + value, s) /
           select(is_outside, 1 + value, detail::tanh_shrink_denominator(s));
  }
};

/// The function as an object: tanh_shrink(x), tanh_shrink.derivative(x). exact::tanh_shrink is the
/// correctly rounded one.
inline constexpr TanhShrink<> tanh_shrink{};

namespace exact {
using TanhShrink = hillock::TanhShrink<Accuracy::exact>;
inline constexpr TanhShrink tanh_shrink{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
