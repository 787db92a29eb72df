// Parameters of activation functions: checked by the constructors. What training writes to the
// public member later is not checked; arrays::rounded_parameter (operations.hpp) makes NaN of what
// is not finite.
#pragma once

#include <hillock/arrays/errors.hpp>
#include <hillock/simd/instruction_set.hpp>

#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace arrays {

[[noreturn]] inline void throw_not_finite(const char* function, const char* parameter,
                                          double value) {
  arrays::refuse(std::string("hillock::") + function + ": " + parameter + " must be finite, not " +
                 std::to_string(value));
}

/// The value itself, or std::invalid_argument if it is infinite or NaN. By subtraction of bits'
/// order of magnitude and not by value - value, which -ffast-math takes for 0.
constexpr double finite_parameter(const char* function, const char* parameter, double value) {
  constexpr double largest = 1.7976931348623157e308;
  return value >= -largest && value <= largest
             ? value
             : (throw_not_finite(function, parameter, value), value);
}

}  // namespace arrays
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
