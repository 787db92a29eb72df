// Tells which elements are active, nearly linear, saturated low and saturated high.
#pragma once

#include <hillock/diagnostics/counting/slope_ranges.hpp>
#include <hillock/simd/batch.hpp>

#include <array>
#include <optional>
#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// Return the largest T that is not above x (the smallest that is not below x). A comparison of a T
/// with it has the same result as a comparison with x in double.
template <class T>
HILLOCK_NOINLINE T rounded_down(double x) noexcept {
  // A conversion that overflows would raise a floating-point exception.
  constexpr T largest = std::numeric_limits<T>::max();
  if (x < -static_cast<double>(largest)) return -infinity<T>;
  if (x > static_cast<double>(largest))
    return x > std::numeric_limits<double>::max() ? infinity<T> : largest;
  const auto nearest = static_cast<T>(x);
  return static_cast<double>(nearest) > x ? std::nextafter(nearest, -infinity<T>) : nearest;
}
template <class T>
T rounded_up(double x) noexcept {
  return -rounded_down<T>(-x);
}

/// The number of elements of each class, or a batch of such numbers.
template <class Count>
struct ElementCounts {
  Count active, near_linear, low, high;
};

/// The properties of a function that a classifier needs.
struct FunctionTraits {
  bool is_pointwise;
  /// Whether |f'| is above any threshold on one interval at most.
  bool has_unimodal_slope;
  bool is_one_operation;
};
template <class F>
inline constexpr FunctionTraits traits_of{detail::is_pointwise<F>, has_unimodal_slope<F>,
                                          detail::is_one_operation<F>};

/// Classifies elements of type T, in which the function is computed.
///
/// If |f'| is above any threshold on one interval at most, as the function's class may say, the
/// input alone decides the class of an element. Then it is enough to count how many inputs are
/// above a few thresholds. For any other function |f'| is compared too.
template <class T>
class ElementClassifier {
 public:
  static constexpr std::size_t max_thresholds = 8;
  /// The elements above each of the thresholds; then the number of all elements, then 0.
  template <class Count>
  using CountsAbove = std::array<Count, max_thresholds + 2>;
  static constexpr std::size_t all = max_thresholds, none = max_thresholds + 1;

  /// The function may be null if the traits say that the slope is not unimodal. `saturated` is
  /// empty for a function that is saturated nowhere.
  HILLOCK_NOINLINE ElementClassifier(const ElementFunction<T>* f, FunctionTraits traits,
                                     const MonitorOptions& options, double linear_slope,
                                     const std::optional<SaturationRange>& saturated)
      : tolerance_(rounded_down<T>(options.tolerance)),
        linear_slope_(rounded_up<T>(linear_slope)),
        tau_(rounded_up<T>(options.tau)),
        saturates_by_slope_(!traits.is_pointwise && !saturated) {
    if (saturated) {
      low_.upto = rounded_down<T>(saturated->low);
      high_.after = next_below(rounded_up<T>(saturated->high));
      // The two sides have no element in common, even if -ffast-math replaces an end of one by 0.
      if (high_.after < low_.upto) high_.after = low_.upto;
    }
    if (traits.has_unimodal_slope) find_intervals(*f, traits, options.tolerance > 0);
  }

  /// Whether the input alone decides the class of an element.
  bool is_by_input() const noexcept { return is_by_input_; }
  /// Whether in addition only the elements above one threshold, which is not negative, have to be
  /// counted, and f of the smallest element is the smallest output.
  bool is_simple() const noexcept { return is_simple_; }
  std::size_t thresholds() const noexcept { return thresholds_; }
  T threshold(std::size_t i) const noexcept { return threshold_[i]; }

  template <class Count>
  HILLOCK_PART ElementCounts<Count> counts(const CountsAbove<Count>& above) const noexcept {
    const auto in = [&above](Ends ends) { return Count(above[ends.after] - above[ends.upto]); };
    return {in(active_ends_), in(linear_ends_), in(low_ends_), in(high_ends_)};
  }
  /// Returns the counts of n elements if is_simple().
  template <class Count>
  HILLOCK_PART ElementCounts<Count> simple_counts(Count above, Count n) const noexcept {
    CountsAbove<Count> counts_above;
    counts_above[0] = above;
    counts_above[all] = n;
    counts_above[none] = 0;
    return counts(counts_above);
  }

  // The classes by |f'|. Number is double, or a batch of T.
  template <class Number>
  HILLOCK_PART auto has_active_slope(Number slope) const noexcept {
    return slope > Number(tolerance_);
  }
  template <class Number>
  HILLOCK_PART auto has_linear_slope(Number slope) const noexcept {
    return slope >= Number(linear_slope_);
  }
  template <class Number>
  HILLOCK_PART auto is_low(Number x, Number slope) const noexcept -> decltype(x < slope) {
    if (saturates_by_slope_) return (slope < Number(tau_)) & (x <= Number(0));
    return x <= Number(low_.upto);
  }
  template <class Number>
  HILLOCK_PART auto is_high(Number x, Number slope) const noexcept -> decltype(x < slope) {
    if (saturates_by_slope_) return (slope < Number(tau_)) & (x > Number(0));
    return x > Number(high_.after);
  }

  bool is_active(double x, double slope) const noexcept {
    return is_by_input_ ? active_.contains(x) : has_active_slope(slope);
  }
  bool is_near_linear(double x, double slope) const noexcept {
    return is_by_input_ ? linear_.contains(x) : has_linear_slope(slope);
  }

 private:
  /// The indices in CountsAbove of the counts for the two ends of an interval.
  struct Ends {
    std::size_t after = all, upto = all;
  };
  static constexpr T largest = std::numeric_limits<T>::max();
  T tolerance_, linear_slope_, tau_;
  bool saturates_by_slope_;
  bool is_by_input_ = false, is_simple_ = false;
  Interval<T> active_ = nowhere<T>, linear_ = nowhere<T>;
  Interval<T> low_{-infinity<T>, -infinity<T>}, high_{infinity<T>, infinity<T>};
  std::size_t thresholds_ = 0;
  std::array<T, max_thresholds> threshold_{};
  Ends active_ends_, linear_ends_, low_ends_, high_ends_;

  void find_intervals(const ElementFunction<T>& f, FunctionTraits traits, bool has_tolerance) {
    using Comparison = SlopeCondition::Comparison;
    PointsOfInterval<T> active({static_cast<double>(tolerance_), Comparison::above});
    PointsOfInterval<T> linear({static_cast<double>(linear_slope_), Comparison::at_least});
    bool has_positive = false, has_negative = false;
    SlopeGrid<T> grid(f);
    while (const int n = grid.next()) {
      for (int i = 0; i < n; ++i) {
        active.add(grid.x[i], grid.slope[i]);
        linear.add(grid.x[i], grid.slope[i]);
        has_positive |= grid.slope[i] > 0;
        has_negative |= grid.slope[i] < 0;
      }
    }
    // Near a root |f'| is within the tolerance, perhaps only between two points of the grid. With a
    // tolerance of 0 that is a single number, which is counted as active.
    const bool has_root = has_tolerance && has_positive && has_negative;
    if (has_root || active.intervals() > 1 || linear.intervals() > 1) return;
    is_by_input_ = true;
    active_ = active.exact(f);
    linear_ = linear.exact(f);
    active_ends_ = ends_of(active_);
    linear_ends_ = ends_of(linear_);
    low_ends_ = ends_of(low_);
    high_ends_ = ends_of(high_);
    // Correctly rounded, f preserves the order of its inputs.
    is_simple_ = traits.is_one_operation && !has_negative && thresholds_ <= 1 &&
                 !std::signbit(threshold_[0]);
  }

  static T next_below(T x) noexcept {
    if (x > largest) return infinity<T>;
#if HILLOCK_FAST_MATH
    // Programs linked with -ffast-math make the processor treat subnormal numbers as 0.
    if (x == 0) return -std::numeric_limits<T>::min();
#endif
    return std::nextafter(x, -infinity<T>);
  }

  Ends ends_of(Interval<T> interval) noexcept {
    return {index_of(interval.after), index_of(interval.upto)};
  }
  HILLOCK_NOINLINE std::size_t index_of(T threshold) noexcept {
    if (threshold < -largest) return all;
    if (threshold > largest) return none;
    if (threshold == 0) threshold = 0;  // not -0
    std::size_t i = 0;
    while (i < thresholds_ && threshold_[i] != threshold) ++i;
    if (i == thresholds_) threshold_[thresholds_++] = threshold;
    return i;
  }
};

/// The classifiers of one function for every type that it is computed in, and the data that they
/// share.
class Classifier {
 public:
  template <class F>
  Classifier(const F& f, const MonitorOptions& options)
      : range_(saturated(f, checked(options))),
        largest_slope_(diagnostics::largest_slope(f)),
        of_floats_(classifier<float>(f, options)) {
    if constexpr (F::accuracy != Accuracy::exact)
      of_doubles_.emplace(classifier<double>(f, options));
  }

  template <class T>
  const ElementClassifier<T>& in() const noexcept {
    if constexpr (std::is_same_v<T, float>)
      return of_floats_;
    else
      return *of_doubles_;
  }
  /// Whether the low side reaches 0, as ReLU's does. Then it is inactivity, not saturation.
  bool is_low_side_inactive() const noexcept { return range_ && range_->low >= 0; }
  bool saturates_high() const noexcept {
    return range_ && range_->high < std::numeric_limits<double>::max();
  }
  double largest_slope() const noexcept { return largest_slope_; }

 private:
  std::optional<SaturationRange> range_;
  double largest_slope_;
  ElementClassifier<float> of_floats_;
  std::optional<ElementClassifier<double>> of_doubles_;  // there are none with Accuracy::exact

  template <class F>
  static std::optional<SaturationRange> saturated(const F& f, const MonitorOptions& options) {
    if constexpr (detail::is_pointwise<F>)
      if (!options.range) return saturation_range(f, options.tau);
    return options.range;
  }
  template <class T, class F>
  ElementClassifier<T> classifier(const F& f, const MonitorOptions& options) const {
    // No element is nearly linear for a step, whose derivative is 0 everywhere.
    const double linear_slope =
        largest_slope_ > 0 ? (1 - options.linear_band) * largest_slope_ : infinity<double>;
    if constexpr (has_unimodal_slope<F>) {
      const ElementFunction<T> function = element_function<T>(f);
      return {&function, traits_of<F>, options, linear_slope, range_};
    } else {
      return {nullptr, traits_of<F>, options, linear_slope, range_};
    }
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
