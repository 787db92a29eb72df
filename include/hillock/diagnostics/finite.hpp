// Whether a number is finite, told from its bits: -ffast-math assumes that every number is.
#pragma once

#include <hillock/simd/batch.hpp>

#include <cstring>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

template <class T>
using Pattern = typename simd::Bits<T, simd::NativeArch>::value_type;
/// Set together where a number is not finite.
template <class T>
inline constexpr Pattern<T> exponent_bits = sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000;

template <class T>
bool is_finite(T x) noexcept {
  Pattern<T> pattern;
  std::memcpy(&pattern, &x, sizeof(T));
  return (pattern & exponent_bits<T>) != exponent_bits<T>;
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
