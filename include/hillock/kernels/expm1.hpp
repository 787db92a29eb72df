// e^x - 1 without the loss of digits near 0.
#pragma once

#include <hillock/kernels/exp.hpp>
#include <hillock/kernels/polynomial.hpp>

#include <type_traits>

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

/// Returns e^x - 1 - x for doubles x <= 0. From -1/2 on the difference would lose digits, so that
/// the terms of the series are added, x^2 / 2! + x^3 / 3! + ...
template <class V>
HILLOCK_INLINE V expm1_without_line(V x) noexcept {
  static_assert(std::is_same_v<typename V::value_type, double>);
  constexpr double inverse_factorials[] = {
      1 / 2.0,         1 / 6.0,          1 / 24.0,          1 / 120.0,          1 / 720.0,
      1 / 5040.0,      1 / 40320.0,      1 / 362880.0,      1 / 3628800.0,      1 / 39916800.0,
      1 / 479001600.0, 1 / 6227020800.0, 1 / 87178291200.0, 1 / 1307674368000.0};
  const V near_zero = not_below(x, -0.5);
  return select(x < -0.5, expm1(x) - x,
                polynomial(near_zero, inverse_factorials) * near_zero * near_zero);
}

}  // namespace kernels
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
