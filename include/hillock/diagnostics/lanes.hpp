// Counts and sums over a run of elements, a batch at a time and a lane each.
#pragma once

#include <hillock/diagnostics/saturation.hpp>

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
HILLOCK_INLINE std::array<simd::Batch<double, Arch>, 2> widened(
    simd::Batch<float, Arch> x) noexcept {
  return {widened_low(x), widened_high(x)};
}
template <class Arch>
HILLOCK_INLINE std::array<simd::Batch<double, Arch>, 1> widened(
    simd::Batch<double, Arch> x) noexcept {
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
  return simd::Bits<T, typename V::arch>(exponent_bits<T> - 1) - bits(abs(x));
}

/// Whether the highest bit is set, whatever the others are.
template <class V>
HILLOCK_INLINE auto has_sign(V x) noexcept {
  return sealed(copysign(V(1), x)) < V(0);
}

/// What lanes add up to after a run. The sums are of x - pivot and y - pivot; of the counts, where
/// the sign says all, `high` alone is one: of x > 0.
template <class V>
struct LaneTotals {
  using T = typename V::value_type;
  V active, near_linear, low, high;
  V largest_input, smallest_output;
  V input, input_squares, output, output_squares;

  /// Whether every lane is: a sum of squares over anything that is not finite is not, either.
  HILLOCK_INLINE bool is_finite() const noexcept {
    return !any(
        has_sign(V::from_bits(non_finite_bit(input_squares) | non_finite_bit(output_squares))));
  }

  /// Forgets the lanes before `first` and those from `end` on.
  void keep(std::size_t first, std::size_t end) noexcept {
    const auto beyond = lanes_outside(first, end);
    for (V* sum :
         {&active, &near_linear, &low, &high, &input, &input_squares, &output, &output_squares})
      *sum = select(beyond, V(0), *sum);
    largest_input = select(beyond, V(lowest), largest_input);
    smallest_output = select(beyond, V(highest), smallest_output);
  }

  HILLOCK_INLINE void add(const LaneTotals& other) noexcept {
    active = active + other.active;
    near_linear = near_linear + other.near_linear;
    low = low + other.low;
    high = high + other.high;
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

  static simd::Mask<T, typename V::arch> lanes_outside(std::size_t first,
                                                       std::size_t end) noexcept {
    T numbers[V::size];
    for (std::size_t i = 0; i < V::size; ++i) numbers[i] = i < first || i >= end ? T(1) : T(0);
    return V::load(numbers) > V(0);
  }
};

/// The counts and sums of a run, whose inputs and outputs are gone through one after the other, each
/// in a function of its own: all of them at once are more than 16 registers hold, and a sum that is
/// kept in memory costs each batch the way there and back.
template <class V, bool BySign>
class LaneTally {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  using Counts = simd::Bits<T, typename V::arch>;
  using Totals = LaneTotals<V>;
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  HILLOCK_INLINE LaneTally(V input_pivot, V output_pivot) noexcept
      : input_pivot_(input_pivot), output_pivot_(output_pivot) {}

  /// n batches: number i at x + i step, its f' at slopes + i V::size (not read where the sign says
  /// all, nor where x does).
  template <class Judge>
  HILLOCK_APART void add_inputs(const Judge& judge, const T* x, Index step, const T* slopes,
                                Index n) noexcept {
    Counts low = low_, high = high_;
    const auto load = [&](Index i) { return V::load(x + i * step); };
    add_numbers<Larger>(input_, input_pivot_, load, n, [&](V batch, Index i) {
      if constexpr (BySign) {
        high = counted(batch > V(0), high);
      } else {
        const V slope = abs(V::load(slopes + i * width));
        low = counted(judge.is_low(batch, slope), low);
        high = counted(judge.is_high(batch, slope), high);
      }
    });
    low_ = low;
    high_ = high;
  }

  /// The same of n batches of f, which y(i) returns, and of |f'|.
  template <class Judge, class Outputs>
  HILLOCK_APART void add_outputs(const Judge& judge, const Outputs& y, const T* slopes,
                                 Index n) noexcept {
    Counts active = active_, near_linear = near_linear_;
    add_numbers<Smaller>(output_, output_pivot_, y, n, [&](V, Index i) {
      if constexpr (!BySign) {
        const V slope = abs(V::load(slopes + i * width));
        active = counted(judge.is_active(slope), active);
        near_linear = counted(judge.is_near_linear(slope), near_linear);
      }
    });
    active_ = active;
    near_linear_ = near_linear;
  }

  HILLOCK_INLINE Totals totals() const noexcept {
    return {numbers(active_), numbers(near_linear_), numbers(low_), numbers(high_),
            input_.extreme,   output_.extreme,       input_.sum,    input_.squares,
            output_.sum,      output_.squares};
  }

 private:
  struct Larger {
    static HILLOCK_INLINE V of(V x, V extreme) noexcept { return not_below(x, extreme); }
  };
  struct Smaller {
    static HILLOCK_INLINE V of(V x, V extreme) noexcept { return not_above(x, extreme); }
  };
  struct Numbers {
    V extreme, sum = 0, squares = 0;

    template <class Choice>
    HILLOCK_INLINE void add(V x, V pivot) noexcept {
      extreme = Choice::of(x, extreme);
      const V deviation = x - pivot;
      sum = sum + deviation;
      squares = fma(deviation, deviation, squares);
    }
  };

  V input_pivot_, output_pivot_;
  Counts active_ = 0, near_linear_ = 0, low_ = 0, high_ = 0;
  Numbers input_{Totals::lowest}, output_{Totals::highest};

  /// In two halves in turn: a sum need not wait for the one before it. Counts are quick.
  template <class Choice, class Batches, class Count>
  static HILLOCK_INLINE void add_numbers(Numbers& total, V pivot, const Batches& batch, Index n,
                                         const Count& count) noexcept {
    Numbers even = total, odd{total.extreme};
    Index i = 0;
    for (; i + 2 <= n; i += 2) {
      const V first = batch(i);
      count(first, i);
      even.template add<Choice>(first, pivot);
      const V second = batch(i + 1);
      count(second, i + 1);
      odd.template add<Choice>(second, pivot);
    }
    if (i < n) {
      const V last = batch(i);
      count(last, i);
      even.template add<Choice>(last, pivot);
    }
    total = {Choice::of(odd.extreme, even.extreme), even.sum + odd.sum, even.squares + odd.squares};
  }

  /// Counts as T, by way of its bits: 2^23 (2^52) + count.
  static HILLOCK_INLINE V numbers(Counts counts) noexcept {
    constexpr T base = sizeof(T) == 4 ? T(8388608) : T(4503599627370496);
    return V::from_bits(bits(V(base)) | counts) - V(base);
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
