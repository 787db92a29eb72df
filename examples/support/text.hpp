#pragma once

#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>

namespace examples {

inline std::string fixed(double value, int digits) {
  if (!std::isfinite(value)) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

inline std::string percent(double share, int digits = 0) {
  return std::isfinite(share) ? fixed(100 * share, digits) + " %" : "-";
}

/// As short as three digits allow: 0.00012, 3.4e-17.
inline std::string brief(double value) {
  std::ostringstream text;
  text << std::setprecision(3) << value;
  return text.str();
}

/// For a CSV file: empty where there is no number.
inline std::string cell(double value) {
  if (!std::isfinite(value)) return "";
  std::ostringstream text;
  text << std::setprecision(7) << value;
  return text.str();
}

}  // namespace examples
