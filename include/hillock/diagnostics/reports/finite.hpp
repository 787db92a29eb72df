// What numbers are, told from their bits: -ffast-math assumes that every number is finite.
#pragma once

#include <hillock/simd/batch.hpp>

#include <cstring>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

template <class T>
using Pattern = typename detail::simd::Bits<T, detail::simd::NativeArch>::value_type;
/// Set together where a number is not finite.
template <class T>
inline constexpr Pattern<T> exponent_bits = sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000;

template <class T>
Pattern<T> pattern_of(T x) noexcept {
  Pattern<T> pattern;
  std::memcpy(&pattern, &x, sizeof(T));
  return pattern;
}
template <class T>
bool is_finite(T x) noexcept {
  return detail::simd::is_finite_number(x);
}
template <class T>
bool is_minus_infinity(T x) noexcept {
  constexpr Pattern<T> sign = Pattern<T>{1} << (8 * sizeof(T) - 1);
  return pattern_of(x) == (exponent_bits<T> | sign);
}

/// Whether two numbers have the same bits; a NaN is as another, because their bits depend on how
/// they were computed.
inline bool is_same_number(double a, double b) noexcept {
  return (detail::simd::is_nan_number(a) && detail::simd::is_nan_number(b)) ||
         std::memcmp(&a, &b, sizeof a) == 0;
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
