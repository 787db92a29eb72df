// e^x - 1 without the loss of digits near 0.
#pragma once

#include <hillock/kernels/exp.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace kernels {

/// Returns e^x - 1 over the whole range, -0 for -0; at most 2.1 ULP off.
template <class V>
HILLOCK_INLINE V expm1(V x) noexcept {
  using C = ExpConstantsOf<V>;
  const V bounded = not_below(not_above(x, C::overflow), -60);
  // Half of the result is computed and doubled at the end, because 2^n overflows before e^x - 1.
  const ExpParts<V> parts = parts_of(reduced<-1>(bounded));
  const V half = fma(parts.power, parts.m, parts.power - 0.5);
  // Near 0 the result is x: halving would cost a subnormal its last bit, and -0 would come out as
  // +0.
  return select(abs(x) < 0x1p-64, x, half + half);
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
