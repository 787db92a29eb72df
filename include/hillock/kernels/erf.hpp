// The error function.
//
//   erf(x) = 1 - e^y,  y = log(1 - erf(x)) = x (slope + t(x)),  slope = -2 / sqrt(pi),  for x >= 0.
//
// One polynomial t serves the whole range. The computation of e^y - 1 loses no digits, so an error
// of y counts fully near 0 and by the factor e^y further out; t is fitted with that weight. The
// rounding error of the last sum of y is added to e^y - 1: near 0 it would be up to a whole ULP of
// it.
#pragma once

#include <hillock/kernels/exp.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

template <class T>
struct ErfConstants;

template <>
struct ErfConstants<float> {
  static constexpr float slope = -0x1.20dd76p+0f;  // 24 bits of -2 / sqrt(pi); t[0] has the rest
  // fpminimax of y / x - slope, 0 <= x <= 3.95: relative error 2^-27.7 of erf(x).
  static constexpr float t[9] = {0x1.d97ee6p-25f, -0x1.45f2fcp-1f,  -0x1.a4f99ap-4f,
                                 0x1.39c13ap-6f,  0x1.5cbcfp-13f,   -0x1.b69dfcp-10f,
                                 0x1.4d9e08p-11f, -0x1.f1a27ep-14f, 0x1.3a7126p-17f};
  static constexpr float limit = 4.0f;  // erf(x) is 1 from 3.8325
};

template <>
struct ErfConstants<double> {
  static constexpr double slope = -0x1.20dd750429b6dp+0;
  // fpminimax as for floats, 0 <= x <= 6: relative error 2^-57.3 of erf(x).
  static constexpr double t[25] = {
      -0x1.5e4e16e92c2c5p-57, -0x1.45f306dc9c898p-1,  -0x1.a4f4e2a1b1e6cp-4,
      0x1.39668593c9b7p-6,    0x1.b6b68c5274b36p-13,  -0x1.bca67c3bed516p-10,
      0x1.3565544d38648p-11,  -0x1.b22e109a618efp-16, -0x1.0e7df62e9d385p-14,
      0x1.f2a1b0b13b0cdp-16,  -0x1.c8970d35f9615p-19, -0x1.7d74ea79faaa5p-19,
      0x1.d560f6797bfe7p-20,  -0x1.6f4112b0a59e3p-22, -0x1.1ebc9ce60f55fp-23,
      0x1.2c5c5f89a86c8p-23,  -0x1.16f20621ca412p-24, 0x1.63aa7dd7b271p-26,
      -0x1.52c40ad9b75aap-28, 0x1.ebb02e0124463p-31,  -0x1.0dcf157070b8bp-33,
      0x1.b31dc9e51b9c9p-37,  -0x1.e7242a948d41dp-41, 0x1.526b0a33f6bfap-45,
      -0x1.b77a05acf5843p-51};
  static constexpr double limit = 6.0;  // erf(x) is 1 from 5.8636
};

template <class V>
using ErfConstantsOf = ErfConstants<typename V::value_type>;

/// Returns erf(x) over the whole range, odd bit for bit; at most 1.5 ULP off, without fma 2.1 ULP.
template <class V>
HILLOCK_INLINE V erf(V x) noexcept {
  using C = ErfConstantsOf<V>;
  using E = ExpConstantsOf<V>;
  const V magnitude = abs(x);
  const V bounded = select(magnitude > C::limit, C::limit, magnitude);
  const V curve = bounded * polynomial(bounded, C::t);
  const V y = fma(bounded, C::slope, curve);
  const V y_low = fma(bounded, C::slope, -y) + curve;

  // This is parts_of, but with y_low added to r^2 q(r): the last bit of r is too coarse for it.
  const Reduced<V> parts = reduced<0>(y);
  const V r = parts.r;
  const V m = r + fma(r * r, polynomial(r, E::q), y_low);
  const V power = power_of(parts);
  const V result = fma(power, m, power - 1);
  // A NaN is selected, because under -ffast-math the selection of `bounded` need not keep it.
  return select(is_nan(x), x, copysign(result, x));
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
