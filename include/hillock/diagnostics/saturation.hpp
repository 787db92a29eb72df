// Where an activation saturates and where it is nearly linear, found from its own derivative.
#pragma once

#include <hillock/arrays/verbs.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// Below this |f'| an element counts as saturated, unless another threshold is given.
inline constexpr double default_tau = 0.005;
/// An element is nearly linear where |f'| is within this share of its maximum.
inline constexpr double default_linear_band = 0.05;

/// |f'| < tau for every x <= low and for every x >= high; infinite where there is no such side.
struct SaturationRange {
  double low;
  double high;
};

// Accuracy::exact has no doubles.
template <class F>
using ProbeType = std::conditional_t<arrays::accuracy_of<F> == Accuracy::exact, float, double>;

template <class F>
double slope_at(const F& f, double x) {
  return std::abs(static_cast<double>(f.derivative(static_cast<ProbeType<F>>(x))));
}

/// From the far end inwards to the first point of a grid (64 to each factor of 2) where |f'|
/// reaches tau, then by bisection.
template <class F>
SaturationRange saturation_range(const F& f, double tau = default_tau) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const auto is_flat = [&](double x) { return slope_at(f, x) < tau; };
  // The points from the far end of one side, through 0, to the far end of the other.
  constexpr int steps = 64;
  constexpr int outermost = 64 * steps;
  constexpr int innermost = -20 * steps;
  constexpr int count = outermost - innermost + 1;
  const auto point = [&](double side, int index) {
    if (index == count) return 0.0;
    const bool is_beyond_zero = index > count;
    const int exponent = is_beyond_zero ? innermost + (index - count - 1) : outermost - index;
    return (is_beyond_zero ? -side : side) * std::exp2(exponent / static_cast<double>(steps));
  };
  const auto edge = [&](double side) {
    if (!is_flat(point(side, 0))) return side * infinity;
    int index = 1;
    while (index <= 2 * count && is_flat(point(side, index))) ++index;
    // Flat everywhere, as a step is: what lies on this side of 0 counts for it.
    if (index > 2 * count) return side < 0 ? 0.0 : std::numeric_limits<double>::denorm_min();
    double flat = point(side, index - 1);
    double steep = point(side, index);
    for (;;) {
      const double middle = flat + (steep - flat) / 2;
      if (middle == flat || middle == steep) return flat;
      (is_flat(middle) ? flat : steep) = middle;
    }
  };
  return {edge(-1), edge(1)};
}

// What a class says of itself, where it can: of one that is not pointwise there is nothing to ask.
template <class F, bool = arrays::is_pointwise<F>>
inline constexpr bool has_two_slopes = false;
template <class F>
inline constexpr bool has_two_slopes<F, true> = F::has_two_slopes;

template <class F, bool = arrays::is_pointwise<F>>
inline constexpr bool may_keep_sign = false;
template <class F>
inline constexpr bool may_keep_sign<F, true> = F::may_keep_sign;

/// Whether f(x) has the sign of x for every x (but for subnormal ones of LeakyReLU, which it may
/// round to 0).
template <class F>
bool keeps_sign(const F& f) {
  if constexpr (may_keep_sign<F>) {
    using T = ProbeType<F>;
    return f.forward(T(-1)) < 0 && f.forward(T(1)) > 0;
  }
  return false;
}

/// The largest |f'| on a grid of 16 points to each factor of 2 from 2^-20 to 2^7, and at 0; 1 for a
/// function that is not pointwise. sigmoid: 0.25, tanh and ReLU: 1, Swish: 1.0998.
template <class F>
double largest_slope(const F& f) {
  if constexpr (arrays::is_pointwise<F>) {
    double largest = slope_at(f, 0);
    for (int exponent = -20 * 16; exponent <= 7 * 16; ++exponent) {
      for (const double side : {-1.0, 1.0}) {
        const double slope = slope_at(f, side * std::exp2(exponent / 16.0));
        if (slope > largest) largest = slope;
      }
    }
    return largest;
  }
  return 1;
}

/// f and f' at eight points: what two monitors must agree on before they merge. Nothing for a
/// function that is not pointwise, whose parameters change while it is trained.
template <class F>
std::vector<double> fingerprint(const F& f) {
  std::vector<double> values;
  if constexpr (arrays::is_pointwise<F>) {
    for (const double x : {-9.0, -2.0, -0.5, -0.0625, 0.25, 1.0, 3.0, 9.0}) {
      values.push_back(static_cast<double>(f.forward(static_cast<ProbeType<F>>(x))));
      values.push_back(static_cast<double>(f.derivative(static_cast<ProbeType<F>>(x))));
    }
  }
  return values;
}

}  // namespace diagnostics

/// What a monitor judges elements and units by.
struct MonitorOptions {
  /// An element is saturated where |f'| < tau from there to the end of the axis.
  double tau = diagnostics::default_tau;
  /// A sample is active for a unit where |f'| is above the tolerance.
  double tolerance = 0;
  /// An element is nearly linear where |f'| >= (1 - linear_band) max |f'|.
  double linear_band = diagnostics::default_linear_band;
  /// Takes the place of tau: saturated low is x <= low, high is x >= high.
  std::optional<diagnostics::SaturationRange> range = std::nullopt;
};

namespace diagnostics {

[[noreturn]] inline void throw_option(const char* name, double value, const char* expected) {
  throw std::invalid_argument(std::string("hillock::diagnostics: ") + name + " is " +
                              std::to_string(value) + ", expected " + expected);
}

inline const MonitorOptions& checked(const MonitorOptions& options) {
  if (!(options.tau > 0)) throw_option("tau", options.tau, "a positive number");
  if (!(options.tolerance >= 0)) throw_option("tolerance", options.tolerance, "at least 0");
  if (!(options.linear_band >= 0 && options.linear_band < 1))
    throw_option("linear_band", options.linear_band, "at least 0 and below 1");
  if (options.range && !(options.range->low < options.range->high))
    throw_option("range.low", options.range->low, "less than range.high");
  return options;
}

/// The number of T next to x, not above it (not below it), so that T compares as doubles would.
template <class T>
T rounded_down(double x) noexcept {
  const T nearest = static_cast<T>(x);
  return static_cast<double>(nearest) > x
             ? std::nextafter(nearest, -std::numeric_limits<T>::infinity())
             : nearest;
}
template <class T>
T rounded_up(double x) noexcept {
  return -rounded_down<T>(-x);
}

/// How many elements are.
template <class Count>
struct ElementCounts {
  Count active, near_linear, low, high;
};

/// Says of an element of one activation whether it is active, nearly linear, saturated low or high;
/// of a batch of them the same, lane by lane.
template <class F>
class Judge {
 public:
  Judge(const F& f, const MonitorOptions& options)
      : options_(checked(options)),
        uses_range_(arrays::is_pointwise<F> || options.range),
        largest_slope_(diagnostics::largest_slope(f)) {
    if (options.range)
      range_ = *options.range;
    else if constexpr (arrays::is_pointwise<F>)
      range_ = saturation_range(f, options.tau);
    // Of a step, whose derivative is 0 everywhere, nothing is linear.
    linear_slope_ = largest_slope_ > 0 ? (1 - options.linear_band) * largest_slope_
                                       : std::numeric_limits<double>::infinity();
    if constexpr (has_two_slopes<F>) {
      left_slope_ = slope_at(f, -1);
      right_slope_ = slope_at(f, 1);
    }
  }

  /// Whether a count of x > 0 tells all the others.
  bool counts_by_sign() const noexcept { return has_two_slopes<F> && !options_.range; }
  /// What the others are for n elements, of which `positive` are above 0.
  template <class Count>
  ElementCounts<Count> counts(Count n, Count positive) const noexcept {
    const auto counted = [&](bool left, bool right) {
      return Count((left ? n - positive : Count(0)) + (right ? positive : Count(0)));
    };
    return {counted(is_active(left_slope_), is_active(right_slope_)),
            counted(is_near_linear(left_slope_), is_near_linear(right_slope_)),
            counted(left_slope_ < options_.tau, false),
            counted(false, right_slope_ < options_.tau)};
  }

  bool is_active(double slope) const noexcept { return slope > options_.tolerance; }
  bool is_near_linear(double slope) const noexcept { return slope >= linear_slope_; }
  bool is_low(double x, double slope) const noexcept {
    return uses_range_ ? x <= range_.low : slope < options_.tau && x <= 0;
  }
  bool is_high(double x, double slope) const noexcept {
    return uses_range_ ? x >= range_.high : slope < options_.tau && x > 0;
  }
  /// Whether the low side reaches 0, as ReLU's does: then it is inactivity, not saturation.
  bool is_low_side_inactive() const noexcept { return uses_range_ && range_.low >= 0; }
  bool saturates_high() const noexcept {
    return uses_range_ && range_.high < std::numeric_limits<double>::max();
  }
  double largest_slope() const noexcept { return largest_slope_; }

  /// The thresholds in T, rounded so that a comparison in T is that of doubles.
  template <class T>
  class In {
   public:
    explicit In(const Judge& judge) noexcept
        : active_(rounded_down<T>(judge.options_.tolerance)),
          linear_(rounded_up<T>(judge.linear_slope_)),
          low_(rounded_down<T>(judge.range_.low)),
          high_(rounded_up<T>(judge.range_.high)),
          tau_(rounded_up<T>(judge.options_.tau)),
          uses_range_(judge.uses_range_) {}

    template <class V>
    HILLOCK_INLINE auto is_active(V slope) const noexcept {
      return slope > V(active_);
    }
    template <class V>
    HILLOCK_INLINE auto is_near_linear(V slope) const noexcept {
      return slope >= V(linear_);
    }
    template <class V>
    HILLOCK_INLINE auto is_low(V x, V slope) const noexcept {
      if constexpr (!arrays::is_pointwise<F>)
        if (!uses_range_) return (slope < V(tau_)) & (x <= V(0));
      return x <= V(low_);
    }
    template <class V>
    HILLOCK_INLINE auto is_high(V x, V slope) const noexcept {
      if constexpr (!arrays::is_pointwise<F>)
        if (!uses_range_) return (slope < V(tau_)) & (x > V(0));
      return x >= V(high_);
    }

   private:
    T active_, linear_, low_, high_, tau_;
    bool uses_range_;
  };

 private:
  MonitorOptions options_;
  bool uses_range_;
  double largest_slope_;
  double linear_slope_ = 0;
  SaturationRange range_{};
  double left_slope_ = 0, right_slope_ = 0;
};

template <class T>
using Pattern = typename simd::Bits<T, simd::NativeArch>::value_type;
/// Set together where a number is not finite.
template <class T>
inline constexpr Pattern<T> exponent_bits = sizeof(T) == 4 ? 0x7f800000 : 0x7ff0000000000000;

/// Finite, told from the bits: -ffast-math assumes that every number is.
template <class T>
bool is_finite(T x) noexcept {
  Pattern<T> pattern;
  std::memcpy(&pattern, &x, sizeof(T));
  return (pattern & exponent_bits<T>) != exponent_bits<T>;
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
