// The thresholds by which a monitor classifies elements.
#pragma once

#include <hillock/diagnostics/reports/text.hpp>

#include <optional>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// Below this |f'| an element counts as saturated, unless another threshold is given.
inline constexpr double default_tau = 0.005;
/// An element is nearly linear where |f'| is within this share of its maximum.
inline constexpr double default_linear_band = 0.05;

/// The range outside of which f is saturated: |f'| < tau for every x <= low and for every x >=
/// high. An end is infinite if f does not saturate on that side.
struct SaturationRange {
  double low;
  double high;
};

}  // namespace diagnostics

/// The thresholds by which a monitor classifies elements and units.
struct MonitorOptions {
  /// An element is saturated where |f'| < tau from there to the end of the axis.
  double tau = diagnostics::default_tau;
  /// A sample is active for a unit where |f'| is above the tolerance.
  double tolerance = 0;
  /// An element is nearly linear where |f'| >= (1 - linear_band) max |f'|.
  double linear_band = diagnostics::default_linear_band;
  /// If it is set, it replaces tau: an element is saturated low if x <= low, and high if x >= high.
  std::optional<diagnostics::SaturationRange> range = std::nullopt;
};

namespace diagnostics::internal {

[[noreturn]] HILLOCK_COLD inline void refuse_option(const char* name, double value,
                                                    const std::string& expected) {
  refuse({"hillock::diagnostics: ", name, " is ", all_digits(value), ", expected ", expected});
}

/// Returns the options, or refuses them. The bits tell whether a number is NaN, because under
/// -ffast-math any comparison with NaN may hold.
HILLOCK_NOINLINE inline const MonitorOptions& checked(const MonitorOptions& options) {
  const auto is_below = [](double a, double b) { return a < b && !is_nan(a) && !is_nan(b); };
  if (!is_below(0, options.tau)) refuse_option("tau", options.tau, "a positive number");
  if (is_below(options.tolerance, 0) || is_nan(options.tolerance))
    refuse_option("tolerance", options.tolerance, "at least 0");
  if (is_below(options.linear_band, 0) || !is_below(options.linear_band, 1))
    refuse_option("linear_band", options.linear_band, "at least 0 and below 1");
  if (options.range && !is_below(options.range->low, options.range->high)) {
    refuse_option("range.low", options.range->low,
                  joined({"less than range.high, ", all_digits(options.range->high)}));
  }
  return options;
}

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
