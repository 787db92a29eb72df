// Arrays with a number for each unit of a layer, to which batches of totals are added.
#pragma once

#include <hillock/diagnostics/counting/lane_totals.hpp>

#include <cmath>
#include <type_traits>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// The number of elements of each unit in each class. Number is as wide as the lanes that are added
/// to it.
template <class Number>
struct UnitCounts {
  std::vector<Number> finite, active, near_linear, low, high;

  HILLOCK_NOINLINE explicit UnitCounts(std::size_t units)
      : finite(units), active(units), near_linear(units), low(units), high(units) {}

  template <class V>
  HILLOCK_PART void add_lanes(std::size_t first, const LaneTotals<V>& totals) noexcept {
    static_assert(std::is_same_v<Number, Pattern<typename V::value_type>>);
    const auto add = [first](std::vector<Number>& numbers, auto more) {
      (more.load(&numbers[first]) + more).store(&numbers[first]);
    };
    add(finite, totals.finite);
    add(active, totals.counts.active);
    add(near_linear, totals.counts.near_linear);
    add(low, totals.counts.low);
    add(high, totals.counts.high);
  }
};

template <class T>
struct UnitExtremes {
  std::vector<T> largest_input, smallest_output;

  HILLOCK_NOINLINE explicit UnitExtremes(std::size_t units)
      : largest_input(units, -infinity<T>), smallest_output(units, infinity<T>) {}

  template <class V>
  HILLOCK_PART void add_lanes(std::size_t first, const LaneTotals<V>& totals) noexcept {
    T* const largest = &largest_input[first];
    T* const smallest = &smallest_output[first];
    not_below(V::load(largest), totals.largest_input).store(largest);
    not_above(V::load(smallest), totals.smallest_output).store(smallest);
  }
  void add(std::size_t i, T x, T y) noexcept {
    largest_input[i] = x > largest_input[i] ? x : largest_input[i];
    smallest_output[i] = y < smallest_output[i] ? y : smallest_output[i];
  }
};

/// ShiftedSums of each unit.
struct UnitSums {
  std::vector<double> pivot, sum, squares, scale;

  HILLOCK_NOINLINE explicit UnitSums(std::size_t units)
      : pivot(units), sum(units), squares(units), scale(units, 1.0) {}

  /// Adds to the sums of a batch of units.
  template <class V>
  HILLOCK_PART void add_lanes(std::size_t first, V more, V more_squares) noexcept {
    add_to(&sum[first], more);
    add_to(&squares[first], more_squares);
  }
  void add(std::size_t i, double more, double more_squares) noexcept {
    sum[i] += more;
    squares[i] += more_squares;
  }
  /// Adds one number. The scale is changed if it does not suit both the number and the earlier
  /// ones.
  HILLOCK_NOINLINE void add_element(std::size_t i, double x) noexcept {
    const double needed = scale_for(larger(std::abs(pivot[i]), std::abs(x)));
    if (needed < scale[i])
      coarsen(i, needed);
    else if (x != 0 && sum[i] == 0 && squares[i] == 0)  // all earlier numbers were equal, mostly 0
      scale[i] = needed;
    const double deviation = product(x, scale[i]) - product(pivot[i], scale[i]);
    add(i, deviation, product(deviation, deviation));
  }
  /// Adds the sums of m other numbers to those of the unit's n numbers. Their pivot may be the
  /// unit's, as for lanes, or another number nearer to their mean.
  HILLOCK_NOINLINE void add(std::size_t i, std::int64_t n, const ShiftedSums& more,
                            std::int64_t m) noexcept {
    if (more.pivot == pivot[i])
      add(i, more.sum, more.squares);
    else
      merge(i, n, more, m);
  }
  HILLOCK_NOINLINE void merge(std::size_t i, std::int64_t n, const ShiftedSums& more,
                              std::int64_t m) noexcept {
    if (m == 0) return;
    if (n == 0) return set(i, more);
    Moments all = of(i).moments(static_cast<double>(n));
    all.merge(n, more.moments(static_cast<double>(m)), m);
    set(i, ShiftedSums::of(all, static_cast<double>(n + m)));
  }

  /// Whether elements have to be added one by one, because the unit's sums are scaled, or their
  /// pivot is no number of T.
  template <class T>
  bool needs_scalar_sums(std::size_t i) const noexcept {
    return scale[i] != 1 || !is_pivot_exact_in<T>(i);
  }
  template <class T>
  bool is_pivot_exact_in(std::size_t i) const noexcept {
    return static_cast<double>(detail::rounded_parameter<Accuracy::fast, T>(pivot[i])) == pivot[i];
  }
  ShiftedSums of(std::size_t i) const noexcept { return {pivot[i], sum[i], squares[i], scale[i]}; }
  void set(std::size_t i, const ShiftedSums& sums) noexcept {
    pivot[i] = sums.pivot;
    sum[i] = sums.sum;
    squares[i] = sums.squares;
    scale[i] = sums.scale;
  }

  /// Returns the pivots of a batch of units.
  template <class V>
  HILLOCK_PART V pivots(std::size_t first) const noexcept {
    using D = detail::simd::Batch<double, typename V::arch>;
    if constexpr (std::is_same_v<V, D>)
      return D::load(&pivot[first]);
    else
      return narrowed(D::load(&pivot[first]), D::load(&pivot[first + D::size]));
  }

 private:
  void coarsen(std::size_t i, double to) noexcept {
    const double by = to / scale[i];
    sum[i] *= by;
    squares[i] *= by;
    squares[i] *= by;
    scale[i] = to;
  }

  template <class V>
  static HILLOCK_PART void add_to(double* numbers, V more) noexcept {
    using D = detail::simd::Batch<double, typename V::arch>;
    const auto doubles = widened(more);
    (D::load(numbers) + doubles[0]).store(numbers);
    // This is no loop, because for a loop g++ would hold the array in memory.
    if constexpr (doubles.size() == 2)
      (D::load(numbers + D::size) + doubles[1]).store(numbers + D::size);
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
