// What a monitor judges elements by, and the judge that does.
#pragma once

#include <hillock/diagnostics/counting/saturation.hpp>
#include <hillock/diagnostics/reports/digits.hpp>
#include <hillock/diagnostics/reports/finite.hpp>
#include <hillock/errors.hpp>

#include <array>
#include <string>
#include <tuple>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

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
  detail::refuse(std::string("hillock::diagnostics: ") + name + " is " + all_digits(value) +
                 ", expected " + expected);
}

/// NaN is told by its bits: under -ffast-math every comparison with it may hold.
inline const MonitorOptions& checked(const MonitorOptions& options) {
  const auto is_below = [](double a, double b) {
    return a < b && !detail::simd::is_nan_number(a) && !detail::simd::is_nan_number(b);
  };
  if (!is_below(0, options.tau)) throw_option("tau", options.tau, "a positive number");
  if (is_below(options.tolerance, 0) || detail::simd::is_nan_number(options.tolerance))
    throw_option("tolerance", options.tolerance, "at least 0");
  if (is_below(options.linear_band, 0) || !is_below(options.linear_band, 1))
    throw_option("linear_band", options.linear_band, "at least 0 and below 1");
  if (options.range && !is_below(options.range->low, options.range->high)) {
    throw_option("range.low", options.range->low,
                 ("less than range.high, " + all_digits(options.range->high)).c_str());
  }
  return options;
}

/// The number of T next to x, not above it (not below it), so that T compares as doubles would.
template <class T>
T rounded_down(double x) noexcept {
  // A conversion that overflows would raise an exception.
  constexpr T largest = std::numeric_limits<T>::max();
  if (x < -static_cast<double>(largest)) return -std::numeric_limits<T>::infinity();
  if (x > static_cast<double>(largest))
    return x > std::numeric_limits<double>::max() ? std::numeric_limits<T>::infinity() : largest;
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

/// Says of an element of one activation whether it is active, nearly linear, saturated low or high.
/// T is what f is computed in.
///
/// Where |f'| is above any threshold in one stretch of numbers, as its class may say, x tells all: what
/// remains to be counted is how many elements are above a few thresholds. Elsewhere |f'| is looked at, too.
template <class F, class T>
class ElementJudge {
 public:
  static constexpr std::size_t most_thresholds = 8;
  /// The elements above each of the thresholds; then all, then none.
  template <class Count>
  using CountsAbove = std::array<Count, most_thresholds + 2>;
  static constexpr std::size_t all = most_thresholds, none = most_thresholds + 1;

  ElementJudge(const F& f, const MonitorOptions& options, double linear_slope,
               const std::optional<SaturationRange>& saturated)
      : tolerance_(rounded_down<T>(options.tolerance)),
        linear_slope_(rounded_up<T>(linear_slope)),
        tau_(rounded_up<T>(options.tau)),
        has_saturation_range_(saturated) {
    if (saturated) {
      low_.upto = rounded_down<T>(saturated->low);
      high_.after = before(rounded_up<T>(saturated->high));
      // The sides have no element in common, also where -ffast-math takes an end of one for 0.
      if (high_.after < low_.upto) high_.after = low_.upto;
    }
    if constexpr (is_steep_in_one_stretch<F>) find_ranges(f, options.tolerance > 0);
  }

  bool is_by_input() const noexcept { return is_by_input_; }
  /// Whether the elements above threshold 0, which has no sign, are all there is to count, and f of the
  /// smallest element is the smallest.
  bool is_simple() const noexcept { return is_simple_; }
  std::size_t thresholds() const noexcept { return thresholds_; }
  T threshold(std::size_t i) const noexcept { return threshold_[i]; }
  template <class Count>
  HILLOCK_INLINE ElementCounts<Count> counts(const CountsAbove<Count>& above) const noexcept {
    const auto in = [&above](Ends ends) { return Count(above[ends.after] - above[ends.upto]); };
    return {in(active_ends_), in(linear_ends_), in(low_ends_), in(high_ends_)};
  }

  template <class Count>
  HILLOCK_INLINE ElementCounts<Count> simple_counts(Count above, Count n) const noexcept {
    CountsAbove<Count> counted;
    counted[0] = above;
    counted[all] = n;
    counted[none] = 0;
    return counts(counted);
  }

  /// By |f'|. Number: double, or a batch of T.
  template <class Number>
  HILLOCK_INLINE auto has_active_slope(Number slope) const noexcept {
    return slope > Number(tolerance_);
  }
  template <class Number>
  HILLOCK_INLINE auto has_linear_slope(Number slope) const noexcept {
    return slope >= Number(linear_slope_);
  }
  template <class Number>
  HILLOCK_INLINE auto is_low(Number x, Number slope) const noexcept -> decltype(x < slope) {
    if constexpr (!detail::is_pointwise<F>)
      if (!has_saturation_range_) return (slope < Number(tau_)) & (x <= Number(0));
    return x <= Number(low_.upto);
  }
  template <class Number>
  HILLOCK_INLINE auto is_high(Number x, Number slope) const noexcept -> decltype(x < slope) {
    if constexpr (!detail::is_pointwise<F>)
      if (!has_saturation_range_) return (slope < Number(tau_)) & (x > Number(0));
    return x > Number(high_.after);
  }

  bool is_active(double x, double slope) const noexcept {
    return is_by_input_ ? active_.holds(x) : has_active_slope(slope);
  }
  bool is_near_linear(double x, double slope) const noexcept {
    return is_by_input_ ? linear_.holds(x) : has_linear_slope(slope);
  }

 private:
  /// Where in CountsAbove a range's ends are counted.
  struct Ends {
    std::size_t after = all, upto = all;
  };
  static constexpr T largest = std::numeric_limits<T>::max();
  T tolerance_, linear_slope_, tau_;
  bool has_saturation_range_;
  bool is_by_input_ = false, is_simple_ = false;
  Range<T> active_ = nowhere<T>, linear_ = nowhere<T>;
  Range<T> low_{-infinity<T>, -infinity<T>}, high_{infinity<T>, infinity<T>};
  std::size_t thresholds_ = 0;
  std::array<T, most_thresholds> threshold_{};
  Ends active_ends_, linear_ends_, low_ends_, high_ends_;

  void find_ranges(const F& f, bool has_tolerance) {
    const auto is_active = [this](T slope) { return slope > tolerance_; };
    const auto is_linear = [this](T slope) { return slope >= linear_slope_; };
    Stretch<T> active, linear;
    bool has_positive = false, has_negative = false;
    visit_slopes<T>(f, [&](T x, T slope) {
      active.add(x, is_active(std::abs(slope)));
      linear.add(x, is_linear(std::abs(slope)));
      has_positive |= slope > 0;
      has_negative |= slope < 0;
    });
    // About a root |f'| is within the tolerance, in what may lie between two points of the grid. Without one
    // that is a single number, which is counted as active.
    const bool has_root = has_tolerance && has_positive && has_negative;
    if (has_root || active.runs > 1 || linear.runs > 1) return;
    is_by_input_ = true;
    active_ = range_of(active, f, is_active);
    linear_ = range_of(linear, f, is_linear);
    active_ends_ = ends_of(active_);
    linear_ends_ = ends_of(linear_);
    low_ends_ = ends_of(low_);
    high_ends_ = ends_of(high_);
    // Correctly rounded, f keeps the order of its inputs.
    is_simple_ = detail::is_one_operation<F> && !has_negative && thresholds_ <= 1 &&
                 !std::signbit(threshold_[0]);
  }

  /// The number next to x, below it.
  static T before(T x) noexcept {
    if (x > largest) return infinity<T>;
#if HILLOCK_FAST_MATH
    // Processors are told then to take subnormal numbers for 0.
    if (x == 0) return -std::numeric_limits<T>::min();
#endif
    return std::nextafter(x, -infinity<T>);
  }

  Ends ends_of(Range<T> range) noexcept { return {place_of(range.after), place_of(range.upto)}; }
  std::size_t place_of(T threshold) noexcept {
    if (threshold < -largest) return all;
    if (threshold > largest) return none;
    if (threshold == 0) threshold = 0;  // not -0
    std::size_t i = 0;
    while (i < thresholds_ && threshold_[i] != threshold) ++i;
    if (i == thresholds_) threshold_[thresholds_++] = threshold;
    return i;
  }
};

/// The judges of one activation for every type it is computed in, and what they have in common.
template <class F>
class Judge {
  using Judges =
      std::conditional_t<F::accuracy == Accuracy::exact, std::tuple<ElementJudge<F, float>>,
                         std::tuple<ElementJudge<F, float>, ElementJudge<F, double>>>;

 public:
  Judge(const F& f, const MonitorOptions& options)
      : range_(saturated(f, checked(options))),
        largest_slope_(diagnostics::largest_slope(f)),
        judges_(judges(f, options)) {}

  template <class T>
  const ElementJudge<F, T>& in() const noexcept {
    return std::get<ElementJudge<F, T>>(judges_);
  }
  /// Whether the low side reaches 0, as ReLU's does: then it is inactivity, not saturation.
  bool is_low_side_inactive() const noexcept { return range_ && range_->low >= 0; }
  bool saturates_high() const noexcept {
    return range_ && range_->high < std::numeric_limits<double>::max();
  }
  double largest_slope() const noexcept { return largest_slope_; }

 private:
  std::optional<SaturationRange> range_;
  double largest_slope_;
  Judges judges_;

  static std::optional<SaturationRange> saturated(const F& f, const MonitorOptions& options) {
    if constexpr (detail::is_pointwise<F>)
      return options.range ? *options.range : saturation_range(f, options.tau);
    return options.range;
  }
  Judges judges(const F& f, const MonitorOptions& options) const {
    // Of a step, whose derivative is 0 everywhere, nothing is linear.
    const double linear_slope = largest_slope_ > 0 ? (1 - options.linear_band) * largest_slope_
                                                   : std::numeric_limits<double>::infinity();
    if constexpr (std::tuple_size_v<Judges> == 1)
      return Judges({f, options, linear_slope, range_});
    else
      return Judges({f, options, linear_slope, range_}, {f, options, linear_slope, range_});
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
