// Tests whether a number is finite, NaN or infinite by its bits: under -ffast-math the compiler may
// assume that every number is finite.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// An unsigned integer as wide as T.
template <class T>
using Pattern = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// The bits of the exponent, which are all set where a number is not finite.
template <class T>
inline constexpr Pattern<T> exponent_bits = static_cast<Pattern<T>>(sizeof(T) == 4
                                                                        ? 0x7f800000
                                                                        : 0x7ff0000000000000);

/// The bits of a number.
template <class T>
Pattern<T> pattern_of(T x) noexcept {
  static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
  Pattern<T> pattern;
  std::memcpy(&pattern, &x, sizeof(T));
  return pattern;
}

template <class T>
inline constexpr Pattern<T> sign_bit = Pattern<T>{1} << (8 * sizeof(T) - 1);

template <class T>
bool is_finite(T x) noexcept {
  return (pattern_of(x) & exponent_bits<T>) != exponent_bits<T>;
}
template <class T>
bool is_nan(T x) noexcept {
  return (pattern_of(x) & ~sign_bit<T>) > exponent_bits<T>;
}
template <class T>
bool is_minus_infinity(T x) noexcept {
  return pattern_of(x) == (exponent_bits<T> | sign_bit<T>);
}

/// Returns whether two numbers have the same bits. All NaNs count as the same, because the bits of
/// a NaN depend on how it was computed.
inline bool is_same_number(double a, double b) noexcept {
  return (is_nan(a) && is_nan(b)) || pattern_of(a) == pattern_of(b);
}

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
