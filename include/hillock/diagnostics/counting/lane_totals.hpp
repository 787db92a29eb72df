// What a run of elements adds up to, a lane each, and the lanes together.
#pragma once

#include <hillock/diagnostics/counting/classifier.hpp>
#include <hillock/diagnostics/reports/statistics.hpp>

#include <array>
#include <cstdint>
#include <cstring>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// Elements that one lane takes before its sums go to doubles. A float sum of so many is wrong by
/// at most 256 / 2^24 of what its elements' magnitudes add up to.
inline constexpr Eigen::Index lane_block = 256;

/// The lanes as doubles, in as many batches as that takes.
template <class Arch>
HILLOCK_INLINE std::array<detail::simd::Batch<double, Arch>, 2> widened(
    detail::simd::Batch<float, Arch> x) noexcept {
  return {widened_low(x), widened_high(x)};
}
template <class Arch>
HILLOCK_INLINE std::array<detail::simd::Batch<double, Arch>, 1> widened(
    detail::simd::Batch<double, Arch> x) noexcept {
  return {x};
}

/// Halves onto each other: vector code, whose order does not depend on the compiler.
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
/// The lanes' sum, in double.
template <class V>
double sum_of(V lanes) noexcept {
  const auto wide = widened(lanes);
  auto sum = wide[0];
  for (std::size_t i = 1; i < wide.size(); ++i) sum = sum + wide[i];
  return folded(sum, [](double a, double b) { return a + b; });
}

/// The lanes' bits, and their sum, as integers: a count that is kept in bits.
template <class V>
HILLOCK_INLINE std::array<Pattern<typename V::value_type>, V::size> patterns_of(V lanes) noexcept {
  typename V::value_type numbers[V::size];
  lanes.store(numbers);
  std::array<Pattern<typename V::value_type>, V::size> patterns;
  std::memcpy(patterns.data(), numbers, sizeof numbers);
  return patterns;
}
template <class V>
std::int64_t sum_of_patterns(V lanes) noexcept {
  std::int64_t sum = 0;
  for (const auto pattern : patterns_of(lanes)) sum += static_cast<std::int64_t>(pattern);
  return sum;
}

/// The highest bit set in the lanes that are not finite. Told from the bits, as -ffast-math assumes
/// that every number is.
template <class V>
HILLOCK_INLINE auto non_finite_bit(V x) noexcept {
  using T = typename V::value_type;
  return detail::simd::Bits<T, typename V::arch>(exponent_bits<T> - 1) - bits(abs(x));
}

/// Sums of squares from here to there are taken from lanes of T as they are. Less has lost digits
/// among the subnormal numbers. More may be infinite, and of doubles the sum over all batches could
/// be.
template <class T>
inline constexpr T least_ordinary = static_cast<T>(sizeof(T) == 4 ? 0x1p-100 : 0x1p-950);
template <class T>
inline constexpr Pattern<T> largest_ordinary = sizeof(T) == 4 ? 0x7f7fffff
                                                              : 0x71f0000000000000;  // 2^800

/// Whether the highest bit is set, whatever the others are.
template <class V>
HILLOCK_INLINE auto has_sign(V x) noexcept {
  return sealed(copysign(V(1), x)) < V(0);
}

/// What lanes add up to after a run. The sums are of x - pivot and y - pivot.
template <class V>
struct LaneTotals {
  using T = typename V::value_type;
  using Counts = detail::simd::Bits<T, typename V::arch>;
  Counts finite;
  ElementCounts<Counts> counts;
  V largest_input, smallest_output;
  V input, input_squares, output, output_squares;

  /// Whether the sums of every lane say all: no element was anything but finite, as a sum of
  /// squares is not then, either, and no square was beyond what is exact enough (see LaneCounter)
  /// and can be added up.
  HILLOCK_INLINE bool is_ordinary() const noexcept {
    return !any(has_sign(V::from_bits(Counts(largest_ordinary<T>) -
                                      bits(abs(sealed(input_squares + output_squares))))));
  }

  /// Whether the mean of a lane is far off, of n elements each. Where that of no run is, that of all
  /// together is not, either.
  HILLOCK_INLINE bool is_any_far_off(double n) const noexcept {
    return any(is_far_off(input, input_squares, n) | is_far_off(output, output_squares, n));
  }

  /// Forgets the lanes before `first` and those from `end` on.
  void keep(std::size_t first, std::size_t end) noexcept {
    const auto beyond = lanes_outside(first, end);
    for (Counts* each : {&finite, &counts.active, &counts.near_linear, &counts.low, &counts.high})
      *each = bits(select(beyond, V(0), V::from_bits(*each)));
    for (V* sum : {&input, &input_squares, &output, &output_squares})
      *sum = select(beyond, V(0), *sum);
    largest_input = select(beyond, V(lowest), largest_input);
    smallest_output = select(beyond, V(highest), smallest_output);
  }

  HILLOCK_INLINE void add(const LaneTotals& other) noexcept {
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

  // Finite, and no element is beyond them: a comparison under -ffast-math holds.
  static constexpr T lowest = std::numeric_limits<T>::lowest();
  static constexpr T highest = std::numeric_limits<T>::max();

  static detail::simd::Mask<T, typename V::arch> lanes_outside(std::size_t first,
                                                               std::size_t end) noexcept {
    T numbers[V::size];
    for (std::size_t i = 0; i < V::size; ++i) numbers[i] = i < first || i >= end ? T(1) : T(0);
    return V::load(numbers) > V(0);
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
