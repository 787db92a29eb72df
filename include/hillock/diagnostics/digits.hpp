// Numbers in digits that tell any two of them apart, whatever the locale.
#pragma once

#include <hillock/simd/instruction_set.hpp>

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

/// 17 significant digits, as many as tell any two doubles apart.
inline std::string all_digits(double x) {
  std::ostringstream out = plain_stream();
  out << std::setprecision(17) << x;
  return out.str();
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
