// The counts, extremes and moments of a unit, and how those of two monitors are merged.
#pragma once

#include <hillock/diagnostics/reports/moments.hpp>

#include <cstdint>
#include <limits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// The statistics of one unit, or of all units of a layer. Counts and extremes are exact, bit for
/// bit, in whatever order batches were observed and monitors were merged (+0 stands for both
/// zeros). The moments have rounding errors, which are bounded for numbers of any size, from the
/// subnormal numbers to the largest. For float the error of a mean is at most 1e-5 standard
/// deviations, and that of a variance at most 1e-4 of itself; for double 1e-12 and 1e-11. Each is
/// then rounded to a double. Beyond a thousand batches and merges, each further one may add 1e-15.
/// A variance outside of the range of doubles is infinite or 0.
struct UnitStatistics {
  std::int64_t finite = 0;  ///< elements whose pre-activation and output are finite
  std::int64_t non_finite = 0;
  std::int64_t active = 0;       ///< finite elements with |f'| above the tolerance
  std::int64_t near_linear = 0;  ///< finite elements with |f'| near its maximum
  std::int64_t saturated_low = 0;
  std::int64_t saturated_high = 0;
  double largest_input =
      -std::numeric_limits<double>::infinity();  ///< how far a dead unit is from revival
  double smallest_output = std::numeric_limits<double>::infinity();
  diagnostics::Moments input;   ///< of the finite pre-activations
  diagnostics::Moments output;  ///< of their outputs

  std::int64_t samples() const noexcept { return finite + non_finite; }
  /// Whether no finite sample was active.
  bool is_dead() const noexcept { return finite > 0 && active == 0; }
  /// The 95 % confidence bound on the activity rate of a unit that was active on 0 of N samples:
  /// 3/N, at most 1.
  double activity_bound() const noexcept {
    return finite < 3 ? 1 : diagnostics::internal::divided(3, static_cast<double>(finite));
  }
  double activity() const noexcept { return diagnostics::internal::share(active, finite); }
  double near_linear_fraction() const noexcept {
    return diagnostics::internal::share(near_linear, finite);
  }
  double saturated_low_fraction() const noexcept {
    return diagnostics::internal::share(saturated_low, finite);
  }
  double saturated_high_fraction() const noexcept {
    return diagnostics::internal::share(saturated_high, finite);
  }
  double mean_input() const noexcept { return of_finite(input.mean()); }
  double mean_output() const noexcept { return of_finite(output.mean()); }
  double input_variance() const noexcept { return of_finite(input.variance()); }
  double output_variance() const noexcept { return of_finite(output.variance()); }

  HILLOCK_NOINLINE void merge(const UnitStatistics& other) noexcept {
    input.merge(finite, other.input, other.finite);
    output.merge(finite, other.output, other.finite);
    finite += other.finite;
    non_finite += other.non_finite;
    active += other.active;
    near_linear += other.near_linear;
    saturated_low += other.saturated_low;
    saturated_high += other.saturated_high;
    if (other.largest_input > largest_input) largest_input = other.largest_input;
    if (other.smallest_output < smallest_output) smallest_output = other.smallest_output;
  }

 private:
  double of_finite(double moment) const noexcept {
    return finite == 0 ? std::numeric_limits<double>::quiet_NaN() : moment;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
