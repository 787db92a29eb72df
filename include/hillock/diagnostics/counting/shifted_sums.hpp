// Sums of differences from a number near the mean, from which moments are computed.
#pragma once

#include <hillock/arrays/operations/prepared_formula.hpp>
#include <hillock/diagnostics/reports/moments.hpp>

#include <cmath>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// Returns whether the mean of n numbers is more than two standard deviations from the pivot of
/// their sums. Number is double, or a batch with one unit per lane. (In this order, finite sums do
/// not overflow.)
template <class Number>
HILLOCK_PART auto is_far_from_pivot(Number sum, Number squares, double n) noexcept {
  return sum * (sum * Number(1.25 / n)) > squares;
}

/// The sums of x - pivot and of (x - pivot)^2 over n numbers x. Adding a number needs no division
/// ("shifted data": Chan, Golub and LeVeque, The American Statistician 1983). As long as the mean
/// is not far from the pivot, the squares lose less than three bits.
struct ShiftedSums {
  double pivot = 0, sum = 0, squares = 0;
  double scale = 1;  ///< x - pivot is multiplied by this, see scale_for

  ShiftedSums about(double other, double n) const noexcept {
    const double shift = product(pivot, scale) - product(other, scale);
    const double added = product(n, shift);
    // Rounding may make the sum of squares negative.
    const double moved = squares + product(shift, sum + sum + added);
    return {other, sum + added, moved < 0 ? 0 : moved, scale};
  }
  /// Returns the sums about 0 if the mean is not far from it, because that saves a subtraction for
  /// each number. Otherwise they are about the mean, rounded to T if that is near enough.
  template <class T>
  HILLOCK_NOINLINE ShiftedSums about_best(double n) const noexcept {
    const double mean = moments(n).mean();
    const auto as_t = static_cast<double>(detail::rounded_parameter<Accuracy::fast, T>(mean));
    for (const double candidate : {scale_for(std::abs(mean)) == scale ? 0 : as_t, as_t}) {
      const ShiftedSums sums = about(candidate, n);
      if (!is_far_from_pivot(sums.sum, sums.squares, n)) return sums;
    }
    return about(mean, n);
  }

  HILLOCK_NOINLINE Moments moments(double n) const noexcept {
    if (n == 0) return {};
    const double offset = divided(sum, n);
    const double spread = divided(squares, n) - product(offset, offset);
    return {pivot, offset, spread < 0 ? 0 : spread, scale};
  }
  static ShiftedSums of(const Moments& moments, double n) noexcept {
    return {moments.pivot, moments.offset * n,
            (moments.spread + product(moments.offset, moments.offset)) * n, moments.scale};
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
