// Means and variances that can be merged, of numbers of any size.
#pragma once

#include <hillock/diagnostics/reports/number_bits.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {
namespace internal {

/// Returns a / b. It is not inlined, because clang assumes that no operation traps, and would
/// divide before the test whether the division is allowed.
HILLOCK_NOINLINE inline double divided(double a, double b) noexcept { return a / b; }

/// Returns a b, rounded. Without this, g++ fuses the product with an addition that follows, so that
/// the last digits of a report depend on the compiler's flags.
HILLOCK_INLINE double product(double a, double b) noexcept {
  double result = a * b;
#if defined(__GNUC__)
  asm("" : "+m"(result));
#endif
  return result;
}

/// Returns part / whole; NaN if whole is 0.
inline double share(std::int64_t part, std::int64_t whole) noexcept {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : divided(static_cast<double>(part), static_cast<double>(whole));
}

/// Returns the power of two by which numbers of this magnitude are multiplied before they are added
/// in double. Then neither their sums nor their sums of squares overflow, and the square of no
/// deviation becomes 0. It is 1 for all numbers that a float can hold.
inline double scale_for(double magnitude) noexcept {
  return magnitude > 0x1p400 ? 0x1p-600 : magnitude < 0x1p-400 ? 0x1p600 : 1;
}

/// Returns whether scale_for() returns this number for some magnitude.
inline bool is_scale(double scale) noexcept {
  return is_same_number(scale, 1) || is_same_number(scale, scale_for(0)) ||
         is_same_number(scale, scale_for(1e300));
}

inline double smaller(double a, double b) noexcept { return b < a ? b : a; }
inline double larger(double a, double b) noexcept { return a < b ? b : a; }

/// Returns x / scale, or infinity instead of a division that overflows.
inline double unscaled(double x, double scale) noexcept {
  constexpr double largest = std::numeric_limits<double>::max();
  if (scale < 1 && x > largest * smaller(scale, 1)) return std::numeric_limits<double>::infinity();
  return divided(x, scale);
}
/// Returns a / b for b >= 0 as a division does, but an infinity or a NaN raises no exception.
HILLOCK_NOINLINE inline double quotient(double a, double b) noexcept {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const double magnitude = std::abs(a);
  if (magnitude == b && (b == 0 || b == infinity)) return std::numeric_limits<double>::quiet_NaN();
  if (b < 1 && magnitude > std::numeric_limits<double>::max() * smaller(b, 1))
    return std::copysign(infinity, a);
  return divided(a, b);
}

}  // namespace internal

/// Mean and variance of numbers. The mean is held in two parts: where it is many standard
/// deviations from 0, one double is too coarse to add to.
struct Moments {
  double pivot = 0;   ///< a number near the mean
  double offset = 0;  ///< the mean's distance from the pivot, times scale
  double spread = 0;  ///< the variance, times scale^2
  double scale = 1;   ///< see internal::scale_for

  double mean() const noexcept { return (internal::product(pivot, scale) + offset) / scale; }
  /// The variance of the numbers themselves, not of a population that they were drawn from.
  double variance() const noexcept {
    return internal::unscaled(internal::unscaled(spread, scale), scale);
  }

  /// Adds the moments of other numbers, as Chan, Golub and LeVeque (The American Statistician 1983)
  /// do: nothing cancels where the means are large.
  HILLOCK_NOINLINE void merge(std::int64_t count, const Moments& other,
                              std::int64_t other_count) noexcept {
    using internal::product;
    if (other_count == 0) return;
    if (count == 0) {
      *this = other;
      return;
    }
    Moments more = other;
    // The pivot of the larger part is used, because the common mean is within a standard deviation
    // of it.
    if (other_count > count) {
      std::swap(*this, more);
      std::swap(count, other_count);
    }
    const double common = internal::smaller(coarsest_needed(), more.coarsest_needed());
    set_scale(common);
    more.set_scale(common);
    const auto n = static_cast<double>(count), m = static_cast<double>(other_count);
    const double share = n / (n + m), other_share = m / (n + m);
    const double step =
        (product(more.pivot, scale) - product(pivot, scale)) + (more.offset - offset);
    offset += product(step, other_share);
    spread = (product(spread, share) + product(more.spread, other_share)) +
             product(product(step, share), product(step, other_share));
    if (offset * offset > 4 * spread) {
      const double mean = this->mean();
      offset += product(pivot, scale) - product(mean, scale);
      pivot = mean;
    }
    if (is_all_zero()) scale = 1;
  }

 private:
  bool is_of_one_number() const noexcept { return offset == 0 && spread == 0; }
  bool is_all_zero() const noexcept { return is_of_one_number() && pivot == 0; }
  double coarsest_needed() const noexcept {
    const double needed = internal::scale_for(std::abs(pivot));
    return is_of_one_number() ? needed : internal::smaller(needed, scale);
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

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
