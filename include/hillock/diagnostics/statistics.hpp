// What is known of a unit: counts, extremes and moments, and how those of two parts become one.
#pragma once

#include <hillock/arrays/errors.hpp>
#include <hillock/arrays/operations.hpp>
#include <hillock/diagnostics/finite.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// part / whole, NaN where there is nothing to take a share of.
inline double share(std::int64_t part, std::int64_t whole) noexcept {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(part) / static_cast<double>(whole);
}

[[noreturn]] inline void throw_no_samples(const char* where) {
  arrays::refuse(std::string("hillock::") + where + ": there are no samples");
}

/// Mean and sum of squared deviations from it.
struct Moments {
  double mean = 0;
  double squared_deviations = 0;

  /// As Chan, Golub and LeVeque (The American Statistician 1983) do: no cancellation where the means
  /// are large.
  void merge(std::int64_t count, const Moments& other, std::int64_t other_count) noexcept {
    if (other_count == 0) return;
    const auto n = static_cast<double>(count), m = static_cast<double>(other_count);
    const double step = other.mean - mean, share = m / (n + m);
    mean = count == 0 ? other.mean : mean + step * share;
    squared_deviations += other.squared_deviations;
    if (count != 0) squared_deviations += step * step * share * n;
  }

  /// Of the `count` numbers themselves, not of a population they were drawn from.
  double variance(std::int64_t count) const noexcept {
    return count == 0 ? std::numeric_limits<double>::quiet_NaN()
                      : squared_deviations / static_cast<double>(count);
  }
};

/// Whether the mean of n numbers is more than two standard deviations from what they were summed up about.
/// Number: double, or a batch of numbers that are a unit each. (In this order finite sums do not overflow.)
template <class Number>
HILLOCK_INLINE auto is_far_off(Number sum, Number squares, double n) noexcept {
  return sum * (sum * Number(1.25 / n)) > squares;
}

/// The sums of x - pivot and of its squares over numbers x, of which there are n: what moments are made
/// of, without a division for each number ("shifted data" in the same paper). As long as the mean is not
/// far off, fewer than three bits of the squares are lost.
struct ShiftedSums {
  double pivot = 0, sum = 0, squares = 0;

  ShiftedSums about(double other, double n) const noexcept {
    const double shift = pivot - other;
    // No sum of squares is negative, as a rounding may make it.
    const double moved = squares + shift * (sum + sum + n * shift);
    return {other, sum + n * shift, moved < 0 ? 0 : moved};
  }
  /// About 0 where the mean is not far from it, which takes a subtraction less for each number, else about
  /// the mean as a T.
  template <class T>
  ShiftedSums about_best(double n) const noexcept {
    const ShiftedSums zero = about(0, n);
    if (is_finite(zero.squares) && !is_far_off(zero.sum, zero.squares, n)) return zero;
    const T mean = arrays::rounded_parameter<Accuracy::fast, T>(pivot + sum / n);
    return about(static_cast<double>(mean), n);
  }

  Moments moments(double n) const noexcept {
    if (n == 0) return {};
    const double deviations = squares - sum / n * sum;
    return {pivot + sum / n, deviations < 0 ? 0 : deviations};
  }
  static ShiftedSums of(const Moments& moments) noexcept {
    return {moments.mean, 0, moments.squared_deviations};
  }
};

}  // namespace diagnostics

/// What a monitor has seen of one unit, or of all units of a layer. Counts and extremes of merged
/// parts are those of the whole bit for bit, in any order. The moments carry the roundings of their
/// additions: for float within 1e-5 standard deviations (mean) and 1e-4 (variance, relative), for
/// double within 1e-12.
struct UnitStatistics {
  std::int64_t finite = 0;  ///< the pre-activation and the output are
  std::int64_t non_finite = 0;
  std::int64_t active = 0;       ///< |f'| above the tolerance
  std::int64_t near_linear = 0;  ///< |f'| near its maximum
  std::int64_t saturated_low = 0;
  std::int64_t saturated_high = 0;
  double largest_input = -std::numeric_limits<double>::infinity();  ///< the revival margin
  double smallest_output = std::numeric_limits<double>::infinity();
  diagnostics::Moments input;  ///< of the finite pre-activations
  diagnostics::Moments output;

  std::int64_t samples() const noexcept { return finite + non_finite; }
  /// Never active on any finite sample.
  bool is_dead() const noexcept { return finite > 0 && active == 0; }
  /// The 95 % confidence bound on the activity rate of a unit that was active on 0 of N samples:
  /// 3/N, at most 1.
  double activity_bound() const noexcept {
    return finite < 3 ? 1 : 3 / static_cast<double>(finite);
  }
  double activity() const noexcept { return diagnostics::share(active, finite); }
  double near_linear_fraction() const noexcept { return diagnostics::share(near_linear, finite); }
  double saturated_low_fraction() const noexcept {
    return diagnostics::share(saturated_low, finite);
  }
  double saturated_high_fraction() const noexcept {
    return diagnostics::share(saturated_high, finite);
  }
  double mean_input() const noexcept { return mean(input); }
  double mean_output() const noexcept { return mean(output); }
  double input_variance() const noexcept { return input.variance(finite); }
  double output_variance() const noexcept { return output.variance(finite); }

  void merge(const UnitStatistics& other) noexcept {
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
  double mean(const diagnostics::Moments& moments) const noexcept {
    return finite == 0 ? std::numeric_limits<double>::quiet_NaN() : moments.mean;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
