// Errors in units in the last place, and floating-point numbers compared by their bits.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace support {

/// The type a reference for T is computed in.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, float>, double, long double>;

// 11 bits more make a reference that is off by 8 of its own ULP count as 0.004 ULP here.
static_assert(std::numeric_limits<Wide<double>>::digits >= std::numeric_limits<double>::digits + 11,
              "this compiler's long double is no reference for double");

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
BitsOf<T> bits_of(T value) {
  BitsOf<T> bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

template <class T>
T from_bits(BitsOf<T> bits) {
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Whether two numbers are the same: +0 is not -0, and all NaNs are the same.
template <class T>
bool same_bits(T a, T b) {
  return bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b));
}

/// The spacing of the T in the binade of `value`, that of the subnormals below the smallest normal.
template <class T>
Wide<T> spacing(Wide<T> value) {
  using Limits = std::numeric_limits<T>;
  int exponent = value == 0 ? Limits::min_exponent - 1 : std::ilogb(value);
  if (exponent < Limits::min_exponent - 1) exponent = Limits::min_exponent - 1;
  if (exponent > Limits::max_exponent - 1) exponent = Limits::max_exponent - 1;
  return std::ldexp(Wide<T>(1), exponent - Limits::digits + 1);
}

/// |computed - truth| in ULP; infinite where one of the two is NaN, or an infinite truth is missed.
/// Beyond the largest number, computed or true, everything counts as the number after it.
template <class T>
double ulp_error(T computed, Wide<T> truth) {
  constexpr double never = std::numeric_limits<double>::infinity();
  if (std::isnan(computed) || std::isnan(truth))
    return std::isnan(computed) && std::isnan(truth) ? 0 : never;
  if (std::isinf(truth)) return computed == truth ? 0 : never;
  const Wide<T> beyond = std::ldexp(Wide<T>(1), std::numeric_limits<T>::max_exponent);
  const Wide<T> value = std::isinf(computed) ? std::copysign(beyond, Wide<T>(computed)) : computed;
  if (std::fabs(truth) > beyond) truth = std::copysign(beyond, truth);
  return static_cast<double>(std::fabs(value - truth) / spacing<T>(truth));
}

/// The sum of many numbers with what each addition rounds off (Neumaier 1974): of 2^20 numbers even
/// a long double loses some ULP of a double.
template <class W, class Numbers>
W wide_sum(const Numbers& numbers) {
  W sum = 0, low = 0;
  for (const W each : numbers) {
    const W next = sum + each;
    low += std::fabs(sum) >= std::fabs(each) ? (sum - next) + each : (each - next) + sum;
    sum = next;
  }
  return sum + low;
}

}  // namespace support
