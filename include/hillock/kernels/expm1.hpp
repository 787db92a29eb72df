// e^x - 1 without the loss of digits near 0.
#pragma once

#include <hillock/kernels/exp.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// e^x - 1 over the whole range, with the sign of zero; at most 2.1 ULP.
template <class V>
HILLOCK_INLINE V expm1(V x) noexcept {
  using C = ExpConstantsOf<V>;
  const V bounded = not_below(not_above(x, C::overflow), -60);
  // Half of the result, doubled at the end: 2^n alone overflows before e^x - 1 does.
  const ExpParts<V> parts = parts_of(reduced<-1>(bounded));
  const V half = fma(parts.power, parts.m, parts.power - 0.5);
  // Halving would cost a subnormal its last bit, and fma(0, q, -0) its sign.
  return select(abs(x) < 0x1p-64, x, half + half);
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
