#pragma once

#include <hillock/kernels/exponential_formula.hpp>
#include <hillock/kernels/pair.hpp>
#include <hillock/verbs.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Mish: f(x) = x tanh(softplus(x)) = x w / (w + 2) with w = e^x (e^x + 2).
/// Derivative   (w (w + 2) + 4 x e^x (e^x + 1)) / (w + 2)^2; at 0 it is 0.6. It is negative below
///              its root at -1.1924312.
/// Kinks        none: the function is smooth.
/// Edge values  f(+-0) = +-0, f(+inf) = +inf, f(-inf) = -0, f'(+inf) = 1, f'(-inf) = -0. NaN in,
///              NaN out.
/// Computed as  x e (e + 2) / (e (e + 2) + 2) for x < 0 and x (1 + 2e) / (1 + 2e + 2e^2) for
///              x >= 0, with e = e^-|x|: one exponential and one division, where softplus and tanh
///              round four times more. x is multiplied in before the product can become subnormal.
/// Accuracy     forward_bound and derivative_bound, in ULP, subnormal results included. Where x is
///              within 1/4 of the derivative's root, an error of half an epsilon (2^-24, in double
///              2^-53) is within the bound too. exact: correctly rounded, near the root too.
/// Source       Misra, arXiv:1908.08681 (2019).
template <Accuracy A = Accuracy::fast, class Arch = detail::simd::NativeArch>
class Mish : public Activation<Mish<A, Arch>>,
             public detail::kernels::ExponentialFormula<Mish<A, Arch>> {
 public:
  static constexpr ErrorBound forward_bound{4};
  static constexpr ErrorBound derivative_bound{4, 0.5};
  static constexpr bool has_unimodal_slope = true;
  static constexpr bool has_long_derivative = true;

  constexpr Mish() noexcept = default;

  template <class V>
  HILLOCK_INLINE auto reduce(const V& x) const noexcept {
    return reduced_decay_from_one(magnitude(x));
  }
  template <class Reduced>
  HILLOCK_INLINE auto exponentiate(const Reduced& reduced) const noexcept {
    return parts_of(reduced);
  }
  template <class V>
  HILLOCK_INLINE V forward_from(const V& x, const detail::kernels::ExpParts<V>& e) const noexcept {
    constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
    const V value = decay_of(e).value();
    const V limited = magnitude(x);
    // x (1 + 2e). Where x is beyond the limit, e is 0.
    const V above = fma(copysign(limited, x), value + value, by_sign(x, x, V(0)));
    // x (e + 2), of the limited x alone, because the product with e could overflow otherwise.
    const V product = fma(limited, value, limited + limited);
    const V below = fma(product, e.m, product) * e.power * from_tail;
    return by_sign(x, above, below) / denominator(x, value).high;
  }
  template <class V>
  HILLOCK_INLINE V derivative_from(const V& x,
                                   const detail::kernels::ExpParts<V>& e) const noexcept {
    // With d the denominator of f, the derivative is
    //   ((1 + 2e) d + 4 x e^2 (1 + e)) / d^2 for x >= 0, and
    //   e (4 (1 + x) + e (6 + 4x + e (4 + e))) / d^2 for x < 0.
    // The rounding errors of d, d^2 and the inner sums are added, because too many would add up:
    // without them the result would be 5.2 ULP off, without fma 6.2. Near the root the two summands
    // for x < 0 cancel, so that the rounding error of e counts; there it is multiplied by about 4.
    constexpr auto from_tail = detail::kernels::ExpConstantsOf<V>::from_tail;
    const detail::kernels::Decay<V> decay = decay_of(e);
    const V value = decay.value();
    const V limited = magnitude(x);
    const detail::kernels::TwoParts<V> d = denominator(x, value);
    const detail::kernels::TwoParts<V> square = exact_product(d.high, d.high);
    // The factor approximates 1 / d^2 to within a quarter, which is enough for a correction.
    const V inverse =
        fma(fma(by_sign(x, V(0.884), V(0.174)), value, by_sign(x, V(-1.61), V(-0.372))), value,
            by_sign(x, V(0.775), V(0.24)));
    const V relative = fma(d.high + d.high, d.low, square.low) * inverse;

    const V line = fma(value, 2, 1);
    const V line_low = fma(value, 2, 1 - line);
    const V rest = value * value * fma(value, 4, 4);
    const V first = line * d.high;
    const V lost = fma(line, d.low, fma(line_low, d.high, -relative * fma(-limited, rest, first)));
    const V above = fma(line, d.high, fma(-limited, rest, lost));

    const V constant = fma(limited, 4, 6);
    const detail::kernels::TwoParts<V> product = exact_product(value, value + 4);
    const V inner = product.high + constant;
    const V inner_low = ((constant - inner) + product.high) + product.low;
    const detail::kernels::TwoParts<V> upper = exact_product(value, inner);
    const detail::kernels::TwoParts<V> sum = exact_sum(4 * (1 + limited), upper.high);
    const V corrections =
        fma(sum.high, -relative, fma(value, inner_low, decay.scaled_low * from_tail * 4));
    const V bracket = sum.high + ((sum.low + upper.low) + corrections);
    const V below = fma(bracket, e.m, bracket) * e.power * from_tail;
    return by_sign(x, above, below) / square.high;
  }

  /// Whether x is within 1/4 of the derivative's root.
  template <class V>
  HILLOCK_INLINE auto is_near_root(const V& x) const noexcept {
    return abs(x + 1.1924312145154952) <= 0.25;
  }

 private:
  /// Returns -|x|, limited to where |x| times the exponential is 0.
  template <class V>
  static HILLOCK_INLINE V magnitude(const V& x) noexcept {
    return not_below_decay_limit(negative_magnitude(x));
  }

  /// Returns 1 + 2e + 2e^2 for x >= 0, and 2 + 2e + e^2 for x < 0.
  template <class V>
  static HILLOCK_INLINE detail::kernels::TwoParts<V> denominator(const V& x, const V& e) noexcept {
    const V twice = e + e;
    const V factor = by_sign(x, twice, e);
    const V first = by_sign(x, V(1), V(2));
    const V rest = fma(factor, e, twice);
    const V high = first + rest;
    return {high, ((first - high) + rest) + fma(factor, e, twice - rest)};
  }
};

/// The function as an object: mish(x), mish.derivative(x). exact::mish is the correctly rounded
/// one.
inline constexpr Mish<> mish{};

namespace exact {
using Mish = hillock::Mish<Accuracy::exact>;
inline constexpr Mish mish{};
}  // namespace exact

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
