// Parameters of activation functions. The functor's type lists them, and its constructors check
// them. A number that training writes to the public member later is not checked:
// detail::rounded_parameter (prepared_formula.hpp) turns it into NaN if it is not finite.
#pragma once

#include <hillock/errors.hpp>
#include <hillock/simd/numbers.hpp>

#include <array>
#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// A parameter of the activation F: its name, as the paper spells it, and the public member that
/// holds it. Every functor type lists its own, so that a program can print, set and sweep the
/// parameters of a function that it does not know:
///
///   for (const auto& [name, member] : F::parameters()) std::cout << name << " = " << f.*member;
///   for (const auto& [name, member] : F::parameters()) f.*member = 0.5;
///
/// A class of your own that has parameters lists them in the same way:
///
///   static constexpr auto parameters() { return std::array{hillock::Parameter{"a", &Mine::a}}; }
template <class F, class Value = double>
struct Parameter {
  const char* name;
  Value F::*member;
};
template <class F, class Value>
Parameter(const char*, Value F::*) -> Parameter<F, Value>;

namespace detail {

[[noreturn]] inline void throw_not_finite(const char* function, const char* parameter,
                                          double value) {
  detail::refuse(std::string("hillock::") + function + ": " + parameter + " must be finite, not " +
                 std::to_string(value));
}

[[noreturn]] inline void throw_negative(const char* function, const char* parameter, double value) {
  detail::refuse(std::string("hillock::") + function + ": " + parameter +
                 " must not be negative, as " + std::to_string(value) + " is");
}

[[noreturn]] inline void throw_positive(const char* function, const char* parameter, double value) {
  detail::refuse(std::string("hillock::") + function + ": " + parameter +
                 " must not be positive, as " + std::to_string(value) + " is");
}

[[noreturn]] inline void throw_out_of_order(const char* function, double low, double high) {
  detail::refuse(std::string("hillock::") + function + ": low must not be above high, but low is " +
                 std::to_string(low) + " and high is " + std::to_string(high));
}

/// Whether a parameter is finite. At run time its bits decide, because under -ffast-math any
/// comparison with NaN may be true. In a constant expression C++17 has no access to the bits, but
/// comparisons are right.
constexpr bool is_finite_parameter(double value) noexcept {
  constexpr double largest = 1.7976931348623157e308;
  return __builtin_is_constant_evaluated() ? value >= -largest && value <= largest
                                           : simd::is_finite_number(value);
}

/// Returns the value; throws std::invalid_argument if it is infinite or NaN.
constexpr double finite_parameter(const char* function, const char* parameter, double value) {
  return is_finite_parameter(value) ? value : (throw_not_finite(function, parameter, value), value);
}

/// Returns the value; throws std::invalid_argument if it is negative, infinite or NaN.
constexpr double nonnegative_parameter(const char* function, const char* parameter, double value) {
  return finite_parameter(function, parameter, value) >= 0
             ? value
             : (throw_negative(function, parameter, value), value);
}

/// Returns the value; throws std::invalid_argument if it is positive, infinite or NaN.
constexpr double nonpositive_parameter(const char* function, const char* parameter, double value) {
  return finite_parameter(function, parameter, value) <= 0
             ? value
             : (throw_positive(function, parameter, value), value);
}

/// Returns `high`, the parameter of this name; throws std::invalid_argument if it is infinite or
/// NaN, or below the parameter `low`.
constexpr double high_parameter(const char* function, double low, double high) {
  return finite_parameter(function, "high", high) >= low
             ? high
             : (throw_out_of_order(function, low, high), high);
}

}  // namespace detail
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
