// Tests and conversions of single numbers by their bits. -ffast-math, or a processor that flushes
// subnormal numbers to 0, would make comparisons and conversions wrong.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {
namespace simd {

/// Whether T is a type that batches hold.
template <class T>
inline constexpr bool is_element = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// The unsigned integer with as many bits as T.
template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// The bits of +infinity, which are those of the exponent, all set.
template <class T>
inline constexpr BitsOf<T> infinity_bits = static_cast<BitsOf<T>>(sizeof(T) == 4
                                                                      ? 0x7f800000
                                                                      : 0x7ff0000000000000);

/// The bit that holds the sign.
template <class T>
inline constexpr BitsOf<T> sign_bit_of = BitsOf<T>{1} << (8 * sizeof(T) - 1);

/// Returns the bits of a number.
template <class T>
HILLOCK_INLINE BitsOf<T> pattern_of(T number) noexcept {
  BitsOf<T> pattern;
  std::memcpy(&pattern, &number, sizeof(T));
  return pattern;
}
/// Returns the number with these bits.
template <class T>
HILLOCK_INLINE T number_of(BitsOf<T> pattern) noexcept {
  T number;
  std::memcpy(&number, &pattern, sizeof(T));
  return number;
}

/// Returns whether a number is NaN by its bits, because -ffast-math assumes that none is.
template <class T>
inline bool is_nan_number(T number) noexcept {
  return (pattern_of(number) & static_cast<BitsOf<T>>(~sign_bit_of<T>)) > infinity_bits<T>;
}

/// Returns whether a number is finite by its bits, for the same reason.
template <class T>
inline bool is_finite_number(T number) noexcept {
  return (pattern_of(number) & infinity_bits<T>) != infinity_bits<T>;
}

/// Returns whether a number is NaN where -ffast-math lets a comparison with NaN be true, and false
/// elsewhere. It has to be called before a comparison: once a == 0 holds, the compiler would
/// replace a by 0.
template <class T>
constexpr bool is_hidden_nan(T number) noexcept {
#if HILLOCK_FAST_MATH
  return is_nan_number(number);
#else
  static_cast<void>(number);
  return false;
#endif
}

/// Returns what a formula adds to its results in order to show parameters that are not valid any
/// more: NaN for those, and -0 for valid ones, to which every number is added without a change.
template <class T>
constexpr T nan_unless(bool is_valid) noexcept {
  return is_valid ? -T(0) : std::numeric_limits<T>::quiet_NaN();
}

/// Returns the float to which a double below 2^-126 in magnitude is rounded, to nearest, ties to
/// even: a subnormal one, 0 or 2^-126. Computed by integers alone, because g++ and clang link
/// start-up code into a program that is linked with -ffast-math, which makes the processor flush
/// every subnormal result and operand to 0.
inline float subnormal_from(double number) noexcept {
  std::uint64_t pattern;
  std::memcpy(&pattern, &number, sizeof pattern);
  const auto exponent = static_cast<int>((pattern >> 52) & 0x7ff);
  const std::uint64_t fraction = pattern & ((std::uint64_t{1} << 52) - 1);
  const std::uint64_t digits = exponent == 0 ? fraction : fraction | std::uint64_t{1} << 52;
  // The number is digits 2^(exponent - 1075), and subnormal floats are multiples of 2^-149.
  const int shift = 926 - exponent;
  std::uint64_t multiple = 0;
  if (shift < 54) {
    const std::uint64_t half = std::uint64_t{1} << (shift - 1);
    multiple = digits >> shift;
    const std::uint64_t rest = digits & (2 * half - 1);
    if (rest > half || (rest == half && (multiple & 1) != 0)) ++multiple;
  }
  const auto result = static_cast<std::uint32_t>(multiple | (pattern >> 63) << 31);
  float rounded;
  std::memcpy(&rounded, &result, sizeof rounded);
  return rounded;
}

/// Returns a float as a double, also where the processor reads a subnormal float as 0.
inline double widened_with_subnormals(float number) noexcept {
  const std::uint32_t pattern = pattern_of(number);
  const std::uint32_t magnitude = pattern & 0x7fffffff;
  if (magnitude > 0x7fffff || magnitude == 0) return static_cast<double>(number);
  const double value = static_cast<double>(magnitude) * 0x1p-149;
  return pattern == magnitude ? value : -value;
}

/// Two powers of two: a times `to` has a magnitude in [1, 2) (below 1 if a is subnormal or 0, up to
/// 4 if a is the largest number), and `to` times `back` is 1.
template <class T>
struct Scale {
  T to;
  T back;
};
template <class T>
inline Scale<T> scale_to_one(T a) noexcept {
  using Pattern = BitsOf<T>;
  constexpr int mantissa_bits = sizeof(T) == 4 ? 23 : 52;
  constexpr Pattern bias = sizeof(T) == 4 ? 127 : 1023;
  Pattern pattern;
  std::memcpy(&pattern, &a, sizeof(T));
  Pattern exponent = (pattern >> mantissa_bits) & (2 * bias + 1);
  exponent = exponent < 1 ? Pattern{1} : exponent > 2 * bias - 1 ? Pattern{2 * bias - 1} : exponent;
  const Pattern to = (2 * bias - exponent) << mantissa_bits;
  const Pattern back = exponent << mantissa_bits;
  Scale<T> scale;
  std::memcpy(&scale.to, &to, sizeof(T));
  std::memcpy(&scale.back, &back, sizeof(T));
  return scale;
}

}  // namespace simd
}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
