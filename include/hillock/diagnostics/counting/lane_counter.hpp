// Counts and adds up consecutive elements, one batch after the other.
#pragma once

#include <hillock/diagnostics/counting/lane_totals.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// The outputs of batches of inputs, computed when they are needed. It serves functions of one
/// operation, which are computed as fast as they are loaded.
template <class Forward>
struct ComputedOutputs {
  static constexpr bool are_loaded = false;
  Forward forward;

  template <class V>
  HILLOCK_PART V operator()(V x, Eigen::Index) const noexcept {
    return forward(std::array{x})[0];
  }
};
/// The outputs of batches of inputs, which have been stored contiguously.
template <class T>
struct StoredOutputs {
  static constexpr bool are_loaded = true;
  const T* y;

  template <class V>
  HILLOCK_PART V operator()(V, Eigen::Index i) const noexcept {
    return V::load(y + i * static_cast<Eigen::Index>(V::size));
  }
};

/// Counts elements, and sums their differences from pivots. All counts and sums together need more
/// than 16 registers, and a count in memory costs a store and a load for each batch. Therefore most
/// thresholds have loops of their own.
template <class V>
class LaneCounter {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  using Counts = detail::simd::Bits<T, typename V::arch>;
  using Totals = LaneTotals<V>;
  using Classes = ElementClassifier<T>;
  using CountsAbove = typename Classes::template CountsAbove<Counts>;
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  HILLOCK_PART LaneCounter(const Classes& classifier, V input_pivot, V output_pivot) noexcept
      : classifier_(classifier),
        input_pivot_(input_pivot),
        output_pivot_(output_pivot),
        are_about_zero_(!any(abs(input_pivot) + abs(output_pivot) > V(0))) {}

  /// Returns the totals of n batches, of which number i is at x + i step. Its outputs are y(batch,
  /// i). f' is at slopes + i V::size, if the classifier does not decide by the input alone.
  template <class Outputs>
  HILLOCK_PART Totals totals(const T* x, Index step, const Outputs& y, const T* slopes,
                             Index n) const noexcept {
    // Outputs are computed here only if the classifier is simple.
    if constexpr (!Outputs::are_loaded) {
      return are_about_zero_ ? simple_totals<true>(x, step, y, n)
                             : simple_totals<false>(x, step, y, n);
    } else {
      // Only the sums are compiled twice.
      const Added added = are_about_zero_ ? this->added<false, true>(x, step, y, n)
                                          : this->added<false, false>(x, step, y, n);
      const ElementCounts<Counts> counts =
          classifier_.is_by_input()
              ? counts_by_input(added.largest_input, added.smallest_input, x, step, n)
              : counts_by_slope(x, step, slopes, n);
      return totals_of<false>(added, counts, x, step, y, n);
    }
  }

 private:
  const Classes& classifier_;
  V input_pivot_, output_pivot_;
  bool are_about_zero_;

  /// Sums by fused multiply-adds. An addition takes 4 cycles, in which the loop processes more than
  /// one batch. Therefore there are two of these structs, between which the batches alternate.
  struct Half {
    V input = 0, input_squares = 0, output_squares = 0;
  };

  /// AVX-512 has 32 registers. With 16 registers, two more sums leave g++ one register too few,
  /// which costs half of ReLU's speed.
  static constexpr bool has_many_registers = sizeof(V) == 64;

  /// The counts and sums of a loop, in registers. They take ten operations per batch, where f takes
  /// one. Processors with fma multiply on other units than they add and compare, so as many
  /// operations as possible are fma.
  template <bool IsSimple, bool AboutZero>
  struct Sums {
    const V input_pivot, output_pivot, threshold;
    V largest_input = Totals::lowest, smallest_input = Totals::highest;
    V smallest_output = Totals::highest;
    Counts above = 0;
    V input = 0, output = 0;

    HILLOCK_PART void add(V x, V y, Half& half) noexcept {
      largest_input = not_below(x, largest_input);
      smallest_input = not_above(x, smallest_input);
      if constexpr (IsSimple)
        above = increment_where_above(x, threshold, above);
      else
        smallest_output = not_above(y, smallest_output);
      const V from_x = AboutZero ? x : deviation(x, input_pivot);
      const V from_y = AboutZero ? y : deviation(y, output_pivot);
      if constexpr (has_many_registers && AboutZero)
        half.input = fma(from_x, V(1), half.input);
      else
        input = input + from_x;
      output = output + from_y;
      half.input_squares = fma(from_x, from_x, half.input_squares);
      half.output_squares = fma(from_y, from_y, half.output_squares);
    }

    static HILLOCK_PART V deviation(V x, V pivot) noexcept {
#if HILLOCK_HAS_FMA
      return fma(x, V(1), -pivot);
#else
      return x - pivot;
#endif
    }
  };

  /// The sums and extremes of the batches, before the elements are classified.
  struct Added {
    V largest_input, smallest_input, smallest_output;
    Counts above;
    V input, input_squares, output, output_squares;
  };

  template <bool IsSimple, bool AboutZero, class Outputs>
  HILLOCK_PART Added added(const T* x, Index step, const Outputs& y_in_memory,
                           Index n) const noexcept {
    const Outputs y = y_in_memory;
    Sums<IsSimple, AboutZero> sums{input_pivot_, output_pivot_, classifier_.threshold(0)};
    Half even, odd;
    Index i = 0;
    for (; i + 2 <= n; i += 2) {
      const V first = sealed(V::load(x + i * step));
      sums.add(first, y(first, i), even);
      const V second = sealed(V::load(x + (i + 1) * step));
      sums.add(second, y(second, i + 1), odd);
    }
    if (i < n) {
      const V last = sealed(V::load(x + i * step));
      sums.add(last, y(last, i), even);
    }
    return {sums.largest_input,
            sums.smallest_input,
            sums.smallest_output,
            sums.above,
            sums.input + (even.input + odd.input),
            even.input_squares + odd.input_squares,
            sums.output,
            even.output_squares + odd.output_squares};
  }

  template <bool AboutZero, class Outputs>
  HILLOCK_PART Totals simple_totals(const T* x, Index step, const Outputs& y,
                                    Index n) const noexcept {
    Added added = this->added<true, AboutZero>(x, step, y, n);
    added.smallest_output = y(added.smallest_input, 0);
    return totals_of<true>(added, classifier_.simple_counts(added.above, count_of(n)), x, step, y,
                           n);
  }

  template <bool IsSimple, class Outputs>
  HILLOCK_PART Totals totals_of(const Added& added, const ElementCounts<Counts>& counts, const T* x,
                                Index step, const Outputs& y, Index n) const noexcept {
    Totals totals{
        count_of(n),         counts,       added.largest_input, added.smallest_output, added.input,
        added.input_squares, added.output, added.output_squares};
    const V least = least_ordinary<T>;
    if (!HILLOCK_LIKELY(!any((totals.input_squares < least) | (totals.output_squares < least))))
      mark_underflowed<IsSimple>(totals, added.smallest_input, x, step, y, n);
    return totals;
  }

  /// Replaces sums of squares by infinity if they are so small that they have lost digits, unless
  /// they are 0 because every number is the pivot. The elements then have to be added one by one.
  template <bool IsSimple, class Outputs>
  HILLOCK_LOOP void mark_underflowed(Totals& totals, V smallest_input, const T* x, Index step,
                                     const Outputs& y, Index n) const noexcept {
    // If the classifier is simple, f of every input lies between f of the extreme inputs.
    V smallest_output = totals.smallest_output, largest_output = y(totals.largest_input, 0);
    if constexpr (!IsSimple) {
      for (Index i = 0; i < n; ++i) {
        const V output = y(V::load(x + i * step), i);
        largest_output = i == 0 ? output : not_below(output, largest_output);
      }
    }
    const auto mark = [](V& squares, V smallest, V largest, V pivot) {
      const auto are_lost =
          (squares < V(least_ordinary<T>)) & !((smallest == pivot) & (largest == pivot));
      squares = select(are_lost, V::from_bits(exponent_bits<T>), squares);
    };
    mark(totals.input_squares, smallest_input, totals.largest_input, input_pivot_);
    mark(totals.output_squares, smallest_output, largest_output, output_pivot_);
  }

  /// Counts the inputs above each of the classifier's thresholds. For most thresholds the extremes
  /// already decide the count.
  HILLOCK_PART ElementCounts<Counts> counts_by_input(V largest, V smallest, const T* x, Index step,
                                                     Index n) const noexcept {
    CountsAbove above;
    above[Classes::all] = count_of(n);
    above[Classes::none] = 0;
    std::size_t open[Classes::max_thresholds], left = 0;
    for (std::size_t i = 0; i < classifier_.thresholds(); ++i) {
      const V threshold = classifier_.threshold(i);
      if (!any(largest > threshold))
        above[i] = 0;
      else if (!any(smallest <= threshold))
        above[i] = count_of(n);
      else
        open[left++] = i;
    }
    for (; left >= 4; left -= 4) count_above<4>(open + left - 4, above, x, step, n);
    if (left >= 2) count_above<2>(open + (left -= 2), above, x, step, n);
    if (left == 1) count_above<1>(open, above, x, step, n);
    return classifier_.counts(above);
  }

  /// Counts the inputs above each of N of the thresholds.
  template <std::size_t N>
  HILLOCK_PART void count_above(const std::size_t* which, CountsAbove& above, const T* x,
                                Index step, Index n) const noexcept {
    V threshold[N];
    Counts counts[N];
    for (std::size_t i = 0; i < N; ++i) {
      threshold[i] = classifier_.threshold(which[i]);
      counts[i] = 0;
    }
    for (Index at = 0; at < n; ++at) {
      const V batch = V::load(x + at * step);
      for (std::size_t i = 0; i < N; ++i)
        counts[i] = increment_where(batch > threshold[i], counts[i]);
    }
    for (std::size_t i = 0; i < N; ++i) above[which[i]] = counts[i];
  }

  HILLOCK_PART ElementCounts<Counts> counts_by_slope(const T* x, Index step, const T* slopes,
                                                     Index n) const noexcept {
    ElementCounts<Counts> counts{0, 0, 0, 0};
    for (Index i = 0; i < n; ++i) {
      const V batch = V::load(x + i * step), slope = abs(V::load(slopes + i * width));
      counts.active = increment_where(classifier_.has_active_slope(slope), counts.active);
      counts.near_linear = increment_where(classifier_.has_linear_slope(slope), counts.near_linear);
      counts.low = increment_where(classifier_.is_low(batch, slope), counts.low);
      counts.high = increment_where(classifier_.is_high(batch, slope), counts.high);
    }
    return counts;
  }

  static HILLOCK_PART Counts count_of(Index n) noexcept {
    return Counts(static_cast<typename Counts::value_type>(n));
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
