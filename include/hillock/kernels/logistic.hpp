// The logistic function 1 / (1 + e^-x) and its derivative, which sigmoid, tanh' and Swish share.
#pragma once

#include <hillock/kernels/decay.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Returns 1 / (1 + e^-x) from e = e^-|x|: 1 / (1 + e) above 0, and e / (1 + e) below 0, where the
/// values are small. Numerator and denominator are both 2^tail times as large, which cancels
/// without a multiplication.
template <class V>
HILLOCK_INLINE V logistic(V x, const Decay<V>& e) noexcept {
  const V one = scaled_one<V>();
  return by_sign(x, one, e.scaled) / (one + e.scaled);
}

/// Returns c e / (1 + e)^2 from e = e^-|x|, for a power of two c that is multiplied in before the
/// result can be subnormal. The square is computed as 1 + e (2 + e), in which two roundings fewer
/// count than in (1 + e)^2.
template <class E>
HILLOCK_INLINE auto logistic_derivative(const E& e, double c) noexcept {
  const auto value = e.value();
  using V = std::remove_const_t<decltype(value)>;
  return e.scaled * (c * static_cast<double>(ExpConstantsOf<V>::from_tail)) /
         fma(value, 2 + value, 1);
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
