// Parameters of activation functions: checked by the constructors. What training writes to the
// public member later is not checked; detail::rounded_parameter (operations.hpp) makes NaN of what
// is not finite.
#pragma once

#include <hillock/errors.hpp>
#include <hillock/simd/machine.hpp>

#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace detail {

[[noreturn]] inline void throw_not_finite(const char* function, const char* parameter,
                                          double value) {
  detail::refuse(std::string("hillock::") + function + ": " + parameter + " must be finite, not " +
                 std::to_string(value));
}

/// Whether a parameter is finite. Where the program runs its bits are asked, because -ffast-math
/// lets every comparison with NaN be true; a constant has no bits in C++17, but a right comparison.
constexpr bool is_finite_parameter(double value) noexcept {
  constexpr double largest = 1.7976931348623157e308;
  return __builtin_is_constant_evaluated() ? value >= -largest && value <= largest
                                           : simd::is_finite_number(value);
}

/// The value itself, or std::invalid_argument if it is infinite or NaN.
constexpr double finite_parameter(const char* function, const char* parameter, double value) {
  return is_finite_parameter(value) ? value : (throw_not_finite(function, parameter, value), value);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
