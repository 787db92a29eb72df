// What is known of a unit: counts, extremes and moments, and how those of two parts become one.
#pragma once

#include <hillock/arrays/operations/operation.hpp>
#include <hillock/diagnostics/reports/finite.hpp>
#include <hillock/errors.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// a / b, where it is asked for and not before: clang takes every operation for one without a trap,
/// and would divide ahead of the question whether the quotient may be taken.
inline double sealed_quotient(double a, double b) noexcept {
  HILLOCK_SEAL(a);
  HILLOCK_SEAL(b);
  return a / b;
}

/// part / whole, NaN where there is nothing to take a share of.
inline double share(std::int64_t part, std::int64_t whole) noexcept {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : sealed_quotient(static_cast<double>(part), static_cast<double>(whole));
}

[[noreturn]] inline void throw_no_samples(const char* where) {
  detail::refuse(std::string("hillock::") + where + ": there are no samples");
}

/// The power of two that sums over numbers of this magnitude are kept times, in doubles: neither
/// they nor sums of squares overflow then, and no square of a deviation that the numbers can have
/// comes to 0. It is 1 for what a float can hold.
inline double scale_for(double magnitude) noexcept {
  return magnitude > 0x1p400 ? 0x1p-600 : magnitude < 0x1p-400 ? 0x1p600 : 1;
}

/// Whether it is one of those.
inline bool is_scale(double scale) noexcept {
  return is_same_number(scale, 1) || is_same_number(scale, scale_for(0)) ||
         is_same_number(scale, scale_for(1e300));
}

/// x / scale; or infinity, before the division overflows.
inline double unscaled(double x, double scale) noexcept {
  constexpr double largest = std::numeric_limits<double>::max();
  if (scale < 1 && x > largest * std::min(scale, 1.0))
    return std::numeric_limits<double>::infinity();
  return sealed_quotient(x, scale);
}
/// a / b as a division gives it, of b >= 0, but no infinity or NaN that comes out raises an
/// exception.
inline double quotient(double a, double b) noexcept {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double magnitude = std::abs(a);
  if (magnitude == b && (b == 0 || b == infinity)) return std::numeric_limits<double>::quiet_NaN();
  if (b < 1 && magnitude > std::numeric_limits<double>::max() * std::min(b, 1.0))
    return std::copysign(infinity, a);
  return sealed_quotient(a, b);
}

/// Whether the mean of n numbers is more than two standard deviations from what they were summed up
/// about. Number: double, or a batch of numbers that are a unit each. (In this order finite sums do
/// not overflow.)
template <class Number>
HILLOCK_INLINE auto is_far_off(Number sum, Number squares, double n) noexcept {
  return sum * (sum * Number(1.25 / n)) > squares;
}

/// Mean and variance of numbers. The mean is held in two parts: where it is many deviations from 0,
/// one double is too coarse to go on from.
struct Moments {
  double pivot = 0;   ///< a number near the mean
  double offset = 0;  ///< of the mean from it, times scale
  double spread = 0;  ///< the variance, times scale^2
  double scale = 1;   ///< see scale_for

  double mean() const noexcept { return (pivot * scale + offset) / scale; }
  /// Of the numbers themselves, not of a population they were drawn from.
  double variance() const noexcept { return unscaled(unscaled(spread, scale), scale); }

  /// As Chan, Golub and LeVeque (The American Statistician 1983) do: no cancellation where the means
  /// are large.
  void merge(std::int64_t count, const Moments& other, std::int64_t other_count) noexcept {
    if (other_count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    Moments more = other;
    // About the larger part's: the mean comes to lie within a deviation of it.
    if (other_count > count) {
      std::swap(*this, more);
      std::swap(count, other_count);
    }
    const double common = std::min(coarsest_needed(), more.coarsest_needed());
    set_scale(common);
    more.set_scale(common);
    const auto n = static_cast<double>(count), m = static_cast<double>(other_count);
    const double share = n / (n + m), other_share = m / (n + m);
    const double step = (more.pivot * scale - pivot * scale) + (more.offset - offset);
    offset += step * other_share;
    spread = (spread * share + more.spread * other_share) + step * share * (step * other_share);
    if (offset * offset > 4 * spread) {
      const double mean = this->mean();
      offset += pivot * scale - mean * scale;
      pivot = mean;
    }
    if (is_all_zero()) scale = 1;
  }

 private:
  bool is_of_one_number() const noexcept { return offset == 0 && spread == 0; }
  bool is_all_zero() const noexcept { return is_of_one_number() && pivot == 0; }
  double coarsest_needed() const noexcept {
    const double needed = scale_for(std::abs(pivot));
    return is_of_one_number() ? needed : std::min(needed, scale);
  }
  void set_scale(double to) noexcept {
    if (!is_of_one_number()) {
      const double by = to / scale;
      offset *= by;
      spread *= by;
      spread *= by;
    }
    scale = to;
  }
};

/// The sums of x - pivot and of its squares over numbers x, of which there are n: what moments are made
/// of, without a division for each number ("shifted data" in the same paper). As long as the mean is not
/// far off, fewer than three bits of the squares are lost.
struct ShiftedSums {
  double pivot = 0, sum = 0, squares = 0;
  double scale = 1;  ///< x - pivot is taken times this, see scale_for

  ShiftedSums about(double other, double n) const noexcept {
    const double shift = pivot * scale - other * scale;
    // No sum of squares is negative, as a rounding may make it.
    const double moved = squares + shift * (sum + sum + n * shift);
    return {other, sum + n * shift, moved < 0 ? 0 : moved, scale};
  }
  /// About 0 where the mean is not far from it, which takes a subtraction less for each number, else about
  /// the mean as a T, if that is near enough.
  template <class T>
  ShiftedSums about_best(double n) const noexcept {
    const double mean = moments(n).mean();
    const double as_t = static_cast<double>(detail::rounded_parameter<Accuracy::fast, T>(mean));
    for (const double candidate : {scale_for(std::abs(mean)) == scale ? 0 : as_t, as_t}) {
      const ShiftedSums sums = about(candidate, n);
      if (!is_far_off(sums.sum, sums.squares, n)) return sums;
    }
    return about(mean, n);
  }

  Moments moments(double n) const noexcept {
    if (n == 0) return {};
    const double offset = sealed_quotient(sum, n);
    const double spread = sealed_quotient(squares, n) - offset * offset;
    return {pivot, offset, spread < 0 ? 0 : spread, scale};
  }
  static ShiftedSums of(const Moments& moments, double n) noexcept {
    return {moments.pivot, moments.offset * n,
            (moments.spread + moments.offset * moments.offset) * n, moments.scale};
  }
};

}  // namespace diagnostics

/// What a monitor has seen of one unit, or of all units of a layer. Counts and extremes are those
/// of all elements together bit for bit, in whatever order batches came and parts were merged (of
/// two zeros the one without a sign stands for both). The moments carry the roundings of their
/// additions, wherever the numbers lie between the subnormal ones and the largest: of float a mean
/// is within 1e-5 standard deviations and a variance within 1e-4 of itself, of double within 1e-12
/// and 1e-11, each then rounded to a double. Beyond a thousand batches and merged parts each may
/// add 1e-15. A variance that is no double is infinite or 0.
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
    return finite < 3 ? 1 : diagnostics::sealed_quotient(3, static_cast<double>(finite));
  }
  double activity() const noexcept { return diagnostics::share(active, finite); }
  double near_linear_fraction() const noexcept { return diagnostics::share(near_linear, finite); }
  double saturated_low_fraction() const noexcept {
    return diagnostics::share(saturated_low, finite);
  }
  double saturated_high_fraction() const noexcept {
    return diagnostics::share(saturated_high, finite);
  }
  double mean_input() const noexcept { return of_finite(input.mean()); }
  double mean_output() const noexcept { return of_finite(output.mean()); }
  double input_variance() const noexcept { return of_finite(input.variance()); }
  double output_variance() const noexcept { return of_finite(output.variance()); }

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
  double of_finite(double moment) const noexcept {
    return finite == 0 ? std::numeric_limits<double>::quiet_NaN() : moment;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
