// Polynomials of a fixed degree, evaluated in the same order everywhere.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Returns c[0] + c[1] x + ... + c[N - 1] x^(N - 1) by Horner's rule.
template <class V, std::size_t N>
HILLOCK_INLINE V polynomial(V x, const typename V::value_type (&c)[N]) noexcept {
  V result = c[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) result = fma(result, x, c[i]);
  return result;
}

/// Returns the same by Estrin's scheme: first pairs of terms, then pairs of pairs. It serves loops
/// whose speed is limited by a chain of dependent instructions: with 5 coefficients 3 multiply-adds
/// depend on each other instead of 4, with 10 coefficients 4 instead of 9. It takes more
/// instructions, but x^2 is often computed already.
template <class V, std::size_t N>
HILLOCK_INLINE V polynomial_by_pairs(V x, const typename V::value_type (&c)[N]) noexcept {
  static_assert(N == 5 || N == 10);
  const auto pair = [&](std::size_t i) HILLOCK_INLINE_LAMBDA { return fma(x, c[i + 1], c[i]); };
  const V x2 = x * x;
  if constexpr (N == 5) {
    return fma(x2, fma(x2, c[4], pair(2)), pair(0));
  } else {
    const V x4 = x2 * x2;
    const V lower = fma(x2, pair(2), pair(0));
    const V upper = fma(x4, pair(8), fma(x2, pair(6), pair(4)));
    return fma(x4, upper, lower);
  }
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
