// The logistic function 1 / (1 + e^-x) and its derivative: what sigmoid, tanh' and Swish share.
#pragma once

#include <hillock/kernels/decay.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// 1 / (1 + e^-x) from e = e^-|x|: each side of 0 has the form that keeps its small values. Both parts
/// of the fraction are 2^tail times as large, so that no multiplication is needed to undo that.
template <class V>
HILLOCK_INLINE V logistic(V x, const Decay<V>& e) noexcept {
  const V one = scaled_one<V>();
  return by_sign(x, one, e.scaled) / (one + e.scaled);
}

/// c e / (1 + e)^2 from e = e^-|x|, for a power of two c, multiplied in before the result can be
/// subnormal. The square is written 1 + e (2 + e): two roundings fewer count in it than in (1 +
/// e)^2.
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
