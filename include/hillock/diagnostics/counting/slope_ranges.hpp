// Finds where |f'| of an activation is small and where it is large.
#pragma once

#include <hillock/diagnostics/counting/element_function.hpp>
#include <hillock/diagnostics/reports/monitor_options.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {
namespace internal {

/// The type in which a function is examined. Accuracy::exact does not support double.
template <class F>
using ProbeType = std::conditional_t<F::accuracy == Accuracy::exact, float, double>;

template <class T>
inline constexpr T infinity = std::numeric_limits<T>::infinity();

/// The numbers x with after < x <= upto; either may be infinite.
template <class T>
struct Interval {
  T after, upto;

  bool contains(double x) const noexcept {
    return x > static_cast<double>(after) && x <= static_cast<double>(upto);
  }
};
template <class T>
inline constexpr Interval<T> everywhere{-infinity<T>, infinity<T>};
template <class T>
inline constexpr Interval<T> nowhere{infinity<T>, infinity<T>};

/// A condition on |f'|: it compares with a threshold in one of three ways. A derivative may be NaN
/// where its function is not defined; for NaN only `not_below` holds.
struct SlopeCondition {
  enum class Comparison { above, at_least, not_below };

  double threshold;
  Comparison comparison;

  bool operator()(double slope) const noexcept {
    const double magnitude = std::abs(slope);
    switch (comparison) {
      case Comparison::above:
        return magnitude > threshold;
      case Comparison::at_least:
        return magnitude >= threshold;
      case Comparison::not_below:
        break;
    }
    return !(magnitude < threshold);
  }
};

/// A grid of points in ascending order: 0, and on either side of it 64 points for each factor of 2
/// from 2^-20 to 2^64. The points of one factor of 2 are evaluated in one call.
template <class T>
class SlopeGrid {
 public:
  static constexpr int points = 64;

  HILLOCK_NOINLINE explicit SlopeGrid(const ElementFunction<T>& f) : f_(f) {
    for (int i = 0; i < points; ++i) fractions_[i] = static_cast<T>(std::exp2(i / double{points}));
  }

  /// Evaluates the next points. Returns how many there are; 0 after the last.
  HILLOCK_NOINLINE int next() noexcept {
    const int octave = octave_++;
    if (octave > 2 * octaves) return 0;
    if (octave == octaves) {
      x[0] = 0;
      slope[0] = evaluate_at(f_, T(0)).slope;
      return 1;
    }
    const bool is_negative = octave < octaves;
    const int exponent = is_negative ? last - octave : first + (octave - octaves - 1);
    const auto scale = static_cast<T>((is_negative ? -1 : 1) * std::exp2(exponent));
    for (int i = 0; i < points; ++i) x[i] = fractions_[is_negative ? points - 1 - i : i] * scale;
    for (int i = 0; i < points; i += static_cast<int>(f_.width)) {
      T y[points];
      f_.both(f_.f, x + i, nullptr, f_.width, 1, y, slope + i);
    }
    return points;
  }

  alignas(64) T x[points];
  alignas(64) T slope[points];

 private:
  static constexpr int first = -20, last = 63, octaves = last - first + 1;
  const ElementFunction<T>& f_;
  T fractions_[points];
  int octave_ = 0;
};

/// Finds the interval in which a condition holds, from points that are added in ascending order. It
/// stores the first and the last point of the interval, and the points next to them where the
/// condition does not hold.
template <class T>
class PointsOfInterval {
 public:
  explicit PointsOfInterval(SlopeCondition condition) noexcept : condition_(condition) {}

  void add(T x, T slope) noexcept {
    const bool holds = condition_(static_cast<double>(slope));
    if (holds && !held_) {
      if (intervals_ == 0) {
        before_ = previous_;
        first_ = x;
      }
      ++intervals_;
      after_.reset();
    } else if (held_ && !holds) {
      after_ = x;
    }
    if (holds) last_ = x;
    held_ = holds;
    previous_ = x;
  }
  /// Returns in how many intervals the condition holds.
  int intervals() const noexcept { return intervals_; }

  /// Returns the interval, exact to the last bit if the condition changes once on either side of
  /// it.
  HILLOCK_NOINLINE Interval<T> exact(const ElementFunction<T>& f) const noexcept {
    if (intervals_ == 0) return nowhere<T>;
    Interval<T> interval = everywhere<T>;
    if (before_) interval.after = bisect(f, *before_, first_);
    if (after_) interval.upto = bisect(f, last_, *after_);
    return interval;
  }

 private:
  SlopeCondition condition_;
  std::optional<T> previous_, before_, after_;
  T first_{}, last_{};
  int intervals_ = 0;
  bool held_ = false;

  bool holds_at(const ElementFunction<T>& f, T x) const noexcept {
    return condition_(static_cast<double>(evaluate_at(f, x).slope));
  }
  /// Returns, by bisection, the last number from a to b for which the condition is as it is at a.
  /// At b it is the opposite.
  HILLOCK_NOINLINE T bisect(const ElementFunction<T>& f, T a, T b) const noexcept {
    const bool at_a = holds_at(f, a);
    for (;;) {
      const T middle = a + (b - a) / 2;
      if (middle == a || middle == b) return a;
      (holds_at(f, middle) == at_a ? a : b) = middle;
    }
  }
};

/// Searches from both ends inwards for the points where |f'| reaches tau.
template <class T>
HILLOCK_NOINLINE SaturationRange saturation_range_of(const ElementFunction<T>& f, double tau) {
  PointsOfInterval<T> steep({tau, SlopeCondition::Comparison::not_below});
  SlopeGrid<T> grid(f);
  while (const int n = grid.next())
    for (int i = 0; i < n; ++i) steep.add(grid.x[i], grid.slope[i]);
  // A function that is flat everywhere, such as the step, is saturated on each side of 0.
  if (steep.intervals() == 0) return {0, std::numeric_limits<double>::denorm_min()};
  const Interval<T> interval = steep.exact(f);
  return {static_cast<double>(interval.after),
          static_cast<double>(std::nextafter(interval.upto, infinity<T>))};
}

template <class T>
HILLOCK_NOINLINE double largest_slope_of(const ElementFunction<T>& f) noexcept {
  double largest = std::abs(static_cast<double>(evaluate_at(f, T(0)).slope));
  for (int exponent = -20 * 16; exponent <= 7 * 16; ++exponent) {
    for (const double side : {-1.0, 1.0}) {
      const auto x = static_cast<T>(side * std::exp2(exponent / 16.0));
      const double slope = std::abs(static_cast<double>(evaluate_at(f, x).slope));
      if (slope > largest) largest = slope;
    }
  }
  return largest;
}

// The properties that a class states. A function that is not pointwise states none.
template <class F, bool = detail::is_pointwise<F>>
inline constexpr bool may_preserve_sign = false;
template <class F>
inline constexpr bool may_preserve_sign<F, true> = F::may_preserve_sign;
template <class F, bool = detail::is_pointwise<F>>
inline constexpr bool has_unimodal_slope = false;
template <class F>
inline constexpr bool has_unimodal_slope<F, true> = F::has_unimodal_slope;

/// Whether f(x) has the sign of x for every x of type T, if the class says that f may preserve the
/// sign.
template <class T>
HILLOCK_NOINLINE bool preserves_sign_in(const ElementFunction<T>& f) noexcept {
  // LeakyReLU may round a subnormal number to 0.
  constexpr T least = std::numeric_limits<T>::denorm_min();
  return evaluate_at(f, T(-1)).y < 0 && evaluate_at(f, T(1)).y > 0 &&
         evaluate_at(f, -least).y < 0 && evaluate_at(f, least).y > 0;
}
template <class F>
bool preserves_sign(const F& f) {
  if constexpr (may_preserve_sign<F>)
    return preserves_sign_in(element_function<float>(f)) &&
           preserves_sign_in(element_function<ProbeType<F>>(f));
  return false;
}

}  // namespace internal

/// Returns the inputs beyond which f is saturated: the points where |f'| reaches tau, searched from
/// both ends inwards.
template <class F>
SaturationRange saturation_range(const F& f, double tau = default_tau) {
  return internal::saturation_range_of(internal::element_function<internal::ProbeType<F>>(f), tau);
}

/// Returns the largest |f'| on a grid of 16 points to each factor of 2 from 2^-20 to 2^7, and at 0;
/// 1 for a function that is not pointwise. sigmoid: 0.25, tanh and ReLU: 1, Swish: 1.0998.
template <class F>
double largest_slope(const F& f) {
  if constexpr (detail::is_pointwise<F>)
    return internal::largest_slope_of(internal::element_function<internal::ProbeType<F>>(f));
  return 1;
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
