#pragma once

#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>

#include "chapter.hpp"

namespace examples {

/// "-" where there is no number.
inline std::string percent(double share, int digits = 0) {
  return std::isfinite(share) ? fixed(100 * share, digits) + " %" : "-";
}

/// For a CSV file: empty where there is no number.
inline std::string cell(double value) {
  if (!std::isfinite(value)) return "";
  std::ostringstream text;
  text << std::setprecision(7) << value;
  return text.str();
}

}  // namespace examples
