// What is known of every unit of a layer, a number of each in an array, to which batches of totals are added.
#pragma once

#include <hillock/diagnostics/lanes.hpp>
#include <hillock/diagnostics/statistics.hpp>

#include <type_traits>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// How many elements of each unit are. Number is as wide as the lanes that are added to it.
template <class Number>
struct UnitCounts {
  std::vector<Number> finite, active, near_linear, low, high;

  explicit UnitCounts(std::size_t units)
      : finite(units), active(units), near_linear(units), low(units), high(units) {}

  template <class V>
  HILLOCK_INLINE void add_lanes(std::size_t first, const LaneTotals<V>& totals) noexcept {
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

  explicit UnitExtremes(std::size_t units)
      : largest_input(units, -infinity<T>), smallest_output(units, infinity<T>) {}

  template <class V>
  HILLOCK_INLINE void add_lanes(std::size_t first, const LaneTotals<V>& totals) noexcept {
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
  std::vector<double> pivot, sum, squares;

  explicit UnitSums(std::size_t units) : pivot(units), sum(units), squares(units) {}

  /// To a batch of units.
  template <class V>
  HILLOCK_INLINE void add_lanes(std::size_t first, V more, V more_squares) noexcept {
    add_to(&sum[first], more);
    add_to(&squares[first], more_squares);
  }
  void add(std::size_t i, double more, double more_squares) noexcept {
    sum[i] += more;
    squares[i] += more_squares;
  }
  void add_element(std::size_t i, double x) noexcept {
    add(i, x - pivot[i], (x - pivot[i]) * (x - pivot[i]));
  }

  template <class T>
  bool is_pivot_a(std::size_t i) const noexcept {
    return static_cast<double>(arrays::rounded_parameter<Accuracy::fast, T>(pivot[i])) == pivot[i];
  }
  ShiftedSums of(std::size_t i) const noexcept { return {pivot[i], sum[i], squares[i]}; }
  void set(std::size_t i, const ShiftedSums& sums) noexcept {
    pivot[i] = sums.pivot;
    sum[i] = sums.sum;
    squares[i] = sums.squares;
  }

  /// The pivots of a batch of units.
  template <class V>
  HILLOCK_INLINE V pivots(std::size_t first) const noexcept {
    using D = simd::Batch<double, typename V::arch>;
    if constexpr (std::is_same_v<V, D>)
      return D::load(&pivot[first]);
    else
      return narrowed(D::load(&pivot[first]), D::load(&pivot[first + D::size]));
  }

 private:
  template <class V>
  static HILLOCK_INLINE void add_to(double* numbers, V more) noexcept {
    using D = simd::Batch<double, typename V::arch>;
    const auto doubles = widened(more);
    (D::load(numbers) + doubles[0]).store(numbers);
    // Not a loop: g++ would keep what it goes over in memory.
    if constexpr (doubles.size() == 2)
      (D::load(numbers + D::size) + doubles[1]).store(numbers + D::size);
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
