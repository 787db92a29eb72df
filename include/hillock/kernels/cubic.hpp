// Odd cubic polynomials in two parts, for an argument of an exponential: its rounding error counts
// as many times as the argument is large.
#pragma once

#include <hillock/kernels/pair.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// The coefficients of c1 x + c3 x^3, each in two parts.
template <class T>
struct OddCubic {
  T c1;
  T c1_low;
  T c3;
  T c3_low;
};

/// Returns c1 x + c3 x^3 for coefficients of the same sign, with an error of some 2^-44 of it in
/// float.
template <class V>
HILLOCK_INLINE TwoParts<V> in_two_parts(const OddCubic<typename V::value_type>& c, V x) noexcept {
  const TwoParts<V> square = exact_product(x, x);
  const TwoParts<V> upper = exact_product(V(c.c3), square.high);
  const TwoParts<V> sum = exact_sum(V(c.c1), upper.high);
  const V rest = fma(square.low, c.c3, fma(square.high, c.c3_low, c.c1_low));
  const TwoParts<V> product = exact_product(x, sum.high);
  return {product.high, fma(x, sum.low + (upper.low + rest), product.low)};
}

/// Returns the same as a pair, and 0 as the rounding error of the pair.
template <class W>
TwoParts<Pair<W>> in_two_parts(const OddCubic<double>& c, const Pair<W>& x) noexcept {
  const Pair<W> c1 = TwoParts<W>{c.c1, c.c1_low};
  const Pair<W> c3 = TwoParts<W>{c.c3, c.c3_low};
  return {x * (c1 + c3 * (x * x)), Pair<W>(0)};
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
