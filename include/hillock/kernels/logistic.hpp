// The logistic function 1 / (1 + e^-x) and its derivative: what sigmoid, tanh' and Swish share.
#pragma once

#include <hillock/kernels/exp.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace kernels {

/// 1 / (1 + e^-x) from e = e^-|x|: each side of 0 has the form that keeps its small values.
template <class V>
HILLOCK_INLINE V logistic(V x, const Decay<V>& e) noexcept {
  return by_sign(x, 1, e.value) / (1 + e.value);
}

/// c e / (1 + e)^2 from e = e^-|x|, for a power of two c, multiplied in before the result can be
/// subnormal. The square is written 1 + e (2 + e): two roundings fewer count in it than in (1 +
/// e)^2.
template <class V>
HILLOCK_INLINE V logistic_derivative(const Decay<V>& e, double c) noexcept {
  return e.scaled * (c * ExpConstantsOf<V>::from_tail) / fma(e.value, 2 + e.value, 1);
}

}  // namespace kernels
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
