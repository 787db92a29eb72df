// Polynomials of a fixed degree, evaluated the same way everywhere.
#pragma once

#include <hillock/simd/batch.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace kernels {

/// c[0] + c[1] x + ... + c[N - 1] x^(N - 1) by Horner's rule.
template <class V, std::size_t N>
HILLOCK_INLINE V polynomial(V x, const typename V::value_type (&c)[N]) noexcept {
  V result = c[N - 1];
  for (std::size_t i = N - 1; i-- > 0;) result = fma(result, x, c[i]);
  return result;
}

}  // namespace kernels
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
