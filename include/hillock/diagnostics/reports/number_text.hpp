// Numbers as text. The decimal separator is a point in every locale.
#pragma once

#include <hillock/diagnostics/reports/number_bits.hpp>

#include <cmath>
#include <cstdio>
#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// A number as characters. They are part of the object, so that a sentence with many numbers needs
/// neither allocations nor destructors for them, which would be most of its code.
struct NumberText {
  // The largest double has 309 digits before the point, and a percentage may have 100 times as
  // many.
  char characters[328];
  std::size_t size;

  operator std::string() const { return std::string(characters, size); }
};

/// Writes x as printf does in the C locale: "%.*g", or "%.*f" where `is_fixed`.
HILLOCK_NOINLINE inline NumberText formatted(double x, int digits, bool is_fixed) noexcept {
  NumberText text;
  const int written =
      is_fixed ? std::snprintf(text.characters, sizeof text.characters, "%.*f", digits, x)
               : std::snprintf(text.characters, sizeof text.characters, "%.*g", digits, x);
  // The separator of a locale may be several bytes long. All other characters are digits, signs or
  // letters.
  text.size = 0;
  for (int i = 0; i < written; ++i) {
    const char c = text.characters[i];
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+';
    if (is_plain)
      text.characters[text.size++] = c;
    else if (text.size == 0 || text.characters[text.size - 1] != '.')
      text.characters[text.size++] = '.';
  }
  return text;
}

inline NumberText plain_text(const char* characters) noexcept {
  NumberText text;
  text.size = 0;
  while (*characters != '\0') text.characters[text.size++] = *characters++;
  return text;
}

/// Returns 17 significant digits, from which the same double can be read back.
HILLOCK_NOINLINE inline NumberText all_digits(double x) noexcept {
  // Without a point a reader of JSON takes the number for an integer, and there is no integer -0.
  if (x == 0 && std::signbit(x)) return plain_text("-0.0");
  return formatted(x, 17, false);
}

/// Returns four significant digits, for a person to read; "-" for NaN.
HILLOCK_NOINLINE inline NumberText rounded_text(double x) noexcept {
  return is_nan(x) ? plain_text("-") : formatted(x, 4, false);
}

/// Returns a share of 0 to 1 in per cent; "-" for NaN.
HILLOCK_NOINLINE inline NumberText percent(double share, int digits = 2) noexcept {
  if (is_nan(share)) return plain_text("-");
  NumberText text = formatted(100 * share, digits, true);
  text.characters[text.size++] = ' ';
  text.characters[text.size++] = '%';
  return text;
}

/// Returns digits from which the same double can be read back. A number that is not finite is an
/// empty field in CSV, and null in JSON, which has no such numbers.
inline NumberText csv_number(double x) noexcept {
  return is_finite(x) ? all_digits(x) : plain_text("");
}
inline NumberText json_number(double x) noexcept {
  return is_finite(x) ? all_digits(x) : plain_text("null");
}

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
