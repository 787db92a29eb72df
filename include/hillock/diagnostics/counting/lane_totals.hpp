// The counts, extremes and sums of consecutive elements, for each lane and over all lanes.
#pragma once

#include <hillock/diagnostics/counting/classifier.hpp>
#include <hillock/diagnostics/counting/shifted_sums.hpp>

#include <array>
#include <cstdint>
#include <cstring>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// The number of elements that one lane adds up before its sums are added to doubles. The error of
/// a float sum of so many is at most 256 / 2^24 of the sum of the elements' magnitudes.
inline constexpr Eigen::Index lane_block = 256;

/// Returns the lanes as doubles, in one or two batches.
template <class Arch>
HILLOCK_PART std::array<detail::simd::Batch<double, Arch>, 2> widened(
    detail::simd::Batch<float, Arch> x) noexcept {
  return {widened_low(x), widened_high(x)};
}
template <class Arch>
HILLOCK_PART std::array<detail::simd::Batch<double, Arch>, 1> widened(
    detail::simd::Batch<double, Arch> x) noexcept {
  return {x};
}

/// Combines the lanes of one half with those of the other half, until one lane remains. The order
/// does not depend on the compiler.
template <class T, std::size_t Size, class Combine>
T folded(const std::array<T, Size>& lanes, const Combine& combine) noexcept {
  if constexpr (Size == 1) {
    return lanes[0];
  } else {
    std::array<T, Size / 2> half;
    for (std::size_t i = 0; i < Size / 2; ++i) half[i] = combine(lanes[i], lanes[i + Size / 2]);
    return folded(half, combine);
  }
}
template <class V, class Combine>
double folded(V lanes, const Combine& combine) noexcept {
  std::array<typename V::value_type, V::size> numbers;
  lanes.store(numbers.data());
  return static_cast<double>(folded(numbers, combine));
}
/// Returns the sum of the lanes, in double.
template <class V>
HILLOCK_LOOP double sum_of(V lanes) noexcept {
  const auto wide = widened(lanes);
  auto sum = wide[0];
  for (std::size_t i = 1; i < wide.size(); ++i) sum = sum + wide[i];
  return folded(sum, [](double a, double b) { return a + b; });
}

/// Returns the bits of each lane.
template <class V>
HILLOCK_PART std::array<Pattern<typename V::value_type>, V::size> patterns_of(V lanes) noexcept {
  typename V::value_type numbers[V::size];
  lanes.store(numbers);
  std::array<Pattern<typename V::value_type>, V::size> patterns;
  std::memcpy(patterns.data(), numbers, sizeof numbers);
  return patterns;
}
/// Returns the sum of counts that are held in the bits of the lanes.
template <class V>
HILLOCK_LOOP std::int64_t sum_of_patterns(V lanes) noexcept {
  std::int64_t sum = 0;
  for (const auto pattern : patterns_of(lanes)) sum += static_cast<std::int64_t>(pattern);
  return sum;
}

/// Returns bits of which the highest is set in the lanes that are not finite. The test uses the
/// bits of the numbers, because under -ffast-math the compiler may assume that every number is
/// finite.
template <class V>
HILLOCK_PART auto non_finite_bit(V x) noexcept {
  using T = typename V::value_type;
  return detail::simd::Bits<T, typename V::arch>(exponent_bits<T> - 1) - bits(abs(x));
}

/// Sums of squares in lanes of T are used as they are if they lie between these two. Smaller ones
/// have lost digits among the subnormal numbers. Larger ones may be infinite, or, of doubles, their
/// sum over all batches could be.
template <class T>
inline constexpr T least_ordinary = static_cast<T>(sizeof(T) == 4 ? 0x1p-100 : 0x1p-950);
template <class T>
inline constexpr Pattern<T> largest_ordinary = sizeof(T) == 4 ? 0x7f7fffff
                                                              : 0x71f0000000000000;  // 2^800

/// Returns whether the highest bit is set, whatever the others are.
template <class V>
HILLOCK_PART auto has_sign(V x) noexcept {
  return sealed(copysign(V(1), x)) < V(0);
}

/// The counts, extremes and sums of elements in each lane. The sums are those of x - pivot and y -
/// pivot, and of their squares.
template <class V>
struct LaneTotals {
  using T = typename V::value_type;
  using Counts = detail::simd::Bits<T, typename V::arch>;
  Counts finite;
  ElementCounts<Counts> counts;
  V largest_input, smallest_output;
  V input, input_squares, output, output_squares;

  /// Whether every lane's sums can be used as they are. Then all elements were finite, because
  /// otherwise a sum of squares is not, and no square was too small or too large (see
  /// least_ordinary, LaneCounter).
  HILLOCK_PART bool is_ordinary() const noexcept {
    return !any(has_sign(V::from_bits(Counts(largest_ordinary<T>) -
                                      bits(abs(sealed(input_squares + output_squares))))));
  }

  /// Whether the mean of a lane's n elements is far from the pivot (is_far_from_pivot). If it is so
  /// for no part of the elements, it is not so for all of them.
  HILLOCK_PART bool is_any_far_from_pivot(double n) const noexcept {
    return any(is_far_from_pivot(input, input_squares, n) |
               is_far_from_pivot(output, output_squares, n));
  }

  /// Clears the lanes before `first` and those from `end` on, as if they had no elements.
  HILLOCK_LOOP void clear_lanes_outside(std::size_t first, std::size_t end) noexcept {
    const auto beyond = lanes_outside(first, end);
    for (Counts* each : {&finite, &counts.active, &counts.near_linear, &counts.low, &counts.high})
      *each = bits(select(beyond, V(0), V::from_bits(*each)));
    for (V* sum : {&input, &input_squares, &output, &output_squares})
      *sum = select(beyond, V(0), *sum);
    largest_input = select(beyond, V(lowest), largest_input);
    smallest_output = select(beyond, V(highest), smallest_output);
  }

  HILLOCK_PART void add(const LaneTotals& other) noexcept {
    finite = finite + other.finite;
    counts.active = counts.active + other.counts.active;
    counts.near_linear = counts.near_linear + other.counts.near_linear;
    counts.low = counts.low + other.counts.low;
    counts.high = counts.high + other.counts.high;
    largest_input = not_below(other.largest_input, largest_input);
    smallest_output = not_above(other.smallest_output, smallest_output);
    input = input + other.input;
    input_squares = input_squares + other.input_squares;
    output = output + other.output;
    output_squares = output_squares + other.output_squares;
  }

  // These extremes are finite, so that comparisons with them are right under -ffast-math; no finite
  // element exceeds them.
  static constexpr T lowest = std::numeric_limits<T>::lowest();
  static constexpr T highest = std::numeric_limits<T>::max();

  static detail::simd::Mask<T, typename V::arch> lanes_outside(std::size_t first,
                                                               std::size_t end) noexcept {
    T numbers[V::size];
    for (std::size_t i = 0; i < V::size; ++i) numbers[i] = i < first || i >= end ? T(1) : T(0);
    return V::load(numbers) > V(0);
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
