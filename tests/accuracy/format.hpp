// Element types as formats, in whose units errors are measured.
#pragma once

#include <support/ulp.hpp>

#include <array>

namespace accuracy {

/// The type in which a reference for T is computed.
template <class T>
using Wide = std::conditional_t<std::is_same_v<T, double>, long double, double>;

static_assert(std::numeric_limits<long double>::digits >= 64,
              "this compiler's long double is no reference for double");

/// All properties of an element type that the program uses. A type that is not built in needs a
/// specialisation of this and of support::BitsOf, and a list of subjects.
template <class T>
struct Format {
  using Bits = support::BitsOf<T>;
  using Limits = std::numeric_limits<T>;
  static constexpr const char* name = sizeof(T) == 4 ? "float" : "double";
  static constexpr int digits = Limits::digits;
  static constexpr int min_exponent = Limits::min_exponent - 1;  // of the smallest normal
  static constexpr int max_exponent = Limits::max_exponent - 1;  // of the largest
  static constexpr Bits sign = Bits{1} << (8 * sizeof(T) - 1);
  static constexpr Bits infinity = ((Bits{1} << (8 * sizeof(T) - digits)) - 1) << (digits - 1);

  static Bits bits(T value) { return support::bits_of(value); }
  static T from_bits(Bits bits) { return support::from_bits<T>(bits); }
  static Wide<T> wide(T value) { return value; }
  static bool is_nan(T value) { return (bits(value) & ~sign) > infinity; }
  /// A parameter as the library takes it: rounded once.
  static T parameter(double value) { return static_cast<T>(value); }
  /// Rounded to nearest, ties to even.
  static T rounded(Wide<T> value) { return static_cast<T>(value); }
};

/// The binary exponent of the value, cut to the range of T's normal numbers. By the bits, because
/// ilogb costs as much as the function under test.
template <class T>
int binade(Wide<T> value) {
  const double shortened = static_cast<double>(value);
  const std::uint64_t bits = support::bits_of(shortened) & ~(std::uint64_t{1} << 63);
  int exponent = static_cast<int>(bits >> 52) - 1023;
  // Rounded up to a power of two that the value itself is below.
  if constexpr (sizeof(Wide<T>) > sizeof(double))
    if (bits << 12 == 0 && std::fabs(static_cast<Wide<T>>(shortened)) > std::fabs(value))
      --exponent;
  if (exponent < Format<T>::min_exponent) return Format<T>::min_exponent;
  if (exponent > Format<T>::max_exponent) return Format<T>::max_exponent;
  return exponent;
}

/// 1 / (the spacing of T in the value's binade).
template <class T>
Wide<T> per_spacing(Wide<T> value) {
  using F = Format<T>;
  static const auto table = [] {
    std::array<Wide<T>, F::max_exponent - F::min_exponent + 1> inverse{};
    for (int e = F::min_exponent; e <= F::max_exponent; ++e)
      inverse[static_cast<std::size_t>(e - F::min_exponent)] =
          std::ldexp(Wide<T>(1), F::digits - 1 - e);
    return inverse;
  }();
  return table[static_cast<std::size_t>(binade<T>(value) - F::min_exponent)];
}

/// Whether two numbers are the same: +0 is not -0, and all NaNs are the same.
template <class T>
bool same_bits(T a, T b) {
  using F = Format<T>;
  return F::bits(a) == F::bits(b) || (F::is_nan(a) && F::is_nan(b));
}

/// |computed - truth| in ULP; infinite where one of the two is NaN, or an infinite truth is missed.
/// Beyond the largest number, computed or true, everything counts as the number after it.
template <class T>
double ulp_error(T computed, Wide<T> truth) {
  using F = Format<T>;
  constexpr double never = std::numeric_limits<double>::infinity();
  Wide<T> value = F::wide(computed);
  if (std::isnan(value) || std::isnan(truth))
    return std::isnan(value) && std::isnan(truth) ? 0 : never;
  if (std::isinf(truth)) return value == truth ? 0 : never;
  const Wide<T> beyond = std::ldexp(Wide<T>(1), F::max_exponent + 1);
  if (std::isinf(value)) value = std::copysign(beyond, value);
  if (std::fabs(truth) > beyond) truth = std::copysign(beyond, truth);
  return static_cast<double>(std::fabs(value - truth) * per_spacing<T>(truth));
}

}  // namespace accuracy
