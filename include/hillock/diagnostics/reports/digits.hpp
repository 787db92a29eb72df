// Numbers in digits that tell any two of them apart, whatever the locale.
#pragma once

#include <hillock/simd/instruction_set.hpp>

#include <cmath>
#include <iomanip>
#include <locale>
#include <sstream>
#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

inline std::ostringstream plain_stream() {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  return out;
}

/// 17 significant digits, as many as it takes to read the same double back.
inline std::string all_digits(double x) {
  // Without a point a reader of JSON takes it for an integer, which has no -0.
  if (x == 0 && std::signbit(x)) return "-0.0";
  std::ostringstream out = plain_stream();
  out << std::setprecision(17) << x;
  return out.str();
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
