// Takes an array of pre-activations to the counters of its units, a batch of elements at a time.
//
// Where units are neighbours in memory (rows of a column-major array) a lane is a unit; else the
// samples of one unit go along the lanes and are added up at the end.
#pragma once

#include <hillock/arrays/axis/transposed_tile.hpp>
#include <hillock/diagnostics/counting/outputs.hpp>
#include <hillock/diagnostics/counting/unit_counters.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

template <class F, class V, class Values>
class Observer {
  using Index = Eigen::Index;
  using T = typename V::value_type;
  using Lanes = std::array<T, V::size>;
  using Counter = LaneCounter<ElementJudge<F, T>, V>;
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  Observer(const Judge<F>& judge, const Values& values, Tallies& tallies) noexcept
      : judge_(judge.template in<T>()), values_(values), tallies_(tallies) {
    tallies.template expect<T>();
  }

  /// n samples of one unit, next to each other.
  void observe_unit(Index unit, const T* x, Index n) {
    for (; n > 0; x += chunk, n -= chunk) observe_chunk(unit, x, n < chunk ? n : chunk);
  }

  /// `samples` of `units` >= V::size units that are neighbours; sample i at x + i step.
  void observe_units(const T* x, Index units, Index samples, Index step) {
    // All units of a block of samples before the next: what is next to a unit in memory is still
    // in cache when its turn comes.
    for (; samples > 0; x += lane_block * step, samples -= lane_block) {
      const Index n = samples < lane_block ? samples : lane_block;
      tallies_.expect_in_lanes(n);
      for (Index first = 0; first < units; first += width) {
        const Index start = start_of(first, units);
        observe_lanes(start, static_cast<std::size_t>(first - start), x + start, n, step);
      }
    }
  }

  /// The same of units `step` apart, whose at most `few` samples are next to each other. They are
  /// turned: a unit's lanes would have to be added up after so few batches.
  void observe_units_apart(const T* x, Index units, Index samples, Index step) {
    alignas(V) T turned[static_cast<std::size_t>(few * width)];
    tallies_.expect_in_lanes(samples);
    for (Index first = 0; first < units; first += width) {
      const Index start = start_of(first, units);
      detail::transpose(x + start * step, step, width, samples, turned, width);
      observe_lanes(start, static_cast<std::size_t>(first - start), turned, samples, width);
    }
  }
  static constexpr Index few = lane_block;

 private:
  static constexpr Index chunk = lane_block * width;
  /// Batches whose results wait in memory, which is fast while they are few.
  static constexpr Index held = 64;
  const ElementJudge<F, T>& judge_;
  const Values values_;
  Tallies& tallies_;

  /// The last batch overlaps the one before it, whose lanes it leaves out.
  static Index start_of(Index first, Index units) noexcept {
    return first + width <= units ? first : units - width;
  }

  /// Of n batches, number i at x + i step.
  HILLOCK_INLINE LaneTotals<V> totals_here(const Counter& counter, const T* x, Index step,
                                           Index n) const noexcept {
    if constexpr (!Values::are_kept) {
      if (HILLOCK_LIKELY(judge_.is_by_input()))
        return counter.totals(x, step, values_.outputs(), nullptr, n);
    }
    LaneTotals<V> totals = totals_of_few(counter, x, step, n < held ? n : held);
    while ((n -= held) > 0) {
      x += held * step;
      totals.add(totals_of_few(counter, x, step, n < held ? n : held));
    }
    return totals;
  }
  HILLOCK_NOINLINE LaneTotals<V> totals(const Counter& counter, const T* x, Index step,
                                     Index n) const noexcept {
    return totals_here(counter, x, step, n);
  }

  HILLOCK_NOINLINE LaneTotals<V> totals_of_few(const Counter& counter, const T* x, Index step,
                                            Index n) const noexcept {
    const Values values = values_;
    constexpr auto size = static_cast<std::size_t>(held * width);
    alignas(V) T y[size], slopes[size];
    const auto results = values.template results<V>(x, step, n, !judge_.is_by_input(), y, slopes);
    return counter.totals(x, step, results.outputs, results.slopes, n);
  }

  /// Of the `count` first elements of a batch.
  LaneTotals<V> totals_of_first(const Counter& counter, const T* x,
                                std::size_t count) const noexcept {
    alignas(V) T input[V::size], y[V::size], slopes[V::size];
    V::load_first(x, count).store(input);
    const auto results =
        values_.template first_results<V>(x, count, input, !judge_.is_by_input(), y, slopes);
    LaneTotals<V> totals = counter.totals(input, 0, results.outputs, results.slopes, 1);
    totals.keep(0, count);
    return totals;
  }

  /// A chunk of one unit, and the sums over all lanes.
  struct Chunk {
    LaneTotals<V> totals;
    ShiftedSums input, output;

    bool is_far_off(double n) const noexcept {
      return diagnostics::is_far_off(input.sum, input.squares, n) ||
             diagnostics::is_far_off(output.sum, output.squares, n);
    }
  };

  void observe_chunk(Index unit, const T* x, Index n) {
    if (!tallies_.template is_any_apart<T>(unit, 1)) {
      set_pivots(unit, x);
      const auto at = static_cast<std::size_t>(unit);
      const auto count = static_cast<double>(n);
      Chunk all = chunk_of(tallies_.input().pivot[at], tallies_.output().pivot[at], x, n);
      if (all.totals.is_ordinary() && n >= many && all.is_far_off(count))
        all = chunk_of(near_mean(all.input, count), near_mean(all.output, count), x, n);
      if (all.totals.is_ordinary())
        return tallies_.add_sum(unit, all.totals, all.input, all.output);
    }
    add_elements(x, n, width, [&](std::size_t) { return unit; });
  }

  Chunk chunk_of(double input_pivot, double output_pivot, const T* x, Index n) const noexcept {
    Chunk all{totals_of_chunk(static_cast<T>(input_pivot), static_cast<T>(output_pivot), x, n),
              {input_pivot},
              {output_pivot}};
    all.input.sum = sum_of(all.totals.input);
    all.input.squares = sum_of(all.totals.input_squares);
    all.output.sum = sum_of(all.totals.output);
    all.output.squares = sum_of(all.totals.output_squares);
    return all;
  }
  LaneTotals<V> totals_of_chunk(T input_pivot, T output_pivot, const T* x, Index n) const noexcept {
    const Counter counter(judge_, input_pivot, output_pivot);
    const Index whole = n / width;
    const auto rest = static_cast<std::size_t>(n - whole * width);
    if (whole == 0) return totals_of_first(counter, x, rest);
    LaneTotals<V> totals = this->totals(counter, x, width, whole);
    if (rest > 0) totals.add(totals_of_first(counter, x + whole * width, rest));
    return totals;
  }

  /// n samples of the units from `first` on, without the first `skip` of them.
  void observe_lanes(Index first, std::size_t skip, const T* x, Index n, Index step) {
    if (!tallies_.template is_any_apart<T>(first, V::size)) {
      const bool is_any_new = !tallies_.has_seen_all() && set_all_pivots(first, x);
      LaneTotals<V> totals = totals_here(counter_of(first), x, step, n);
      if (totals.is_ordinary()) {
        const bool is_any_far_off = totals.is_any_far_off(static_cast<double>(n));
        if (HILLOCK_LIKELY(!is_any_far_off || n < many) ||
            add_far_off(first, skip, totals, x, n, step)) {
          if (skip > 0) totals.keep(skip, V::size);
          return tallies_.add_lanes(first, totals, is_any_new || is_any_far_off);
        }
      }
    }
    for (Index i = 0; i < n; ++i)
      add_elements(x + i * step + skip, width - static_cast<Index>(skip), width,
                   [&](std::size_t lane) { return first + static_cast<Index>(skip + lane); });
  }

  HILLOCK_INLINE Counter counter_of(Index first) const noexcept {
    const auto at = static_cast<std::size_t>(first);
    return Counter(judge_, tallies_.input().template pivots<V>(at),
                   tallies_.output().template pivots<V>(at));
  }

  /// A unit that has not been seen is counted about its first element. Whether it is such a unit.
  bool set_pivots(Index unit, const T* first) const {
    if (tallies_.has_seen(unit)) return false;
    using Narrow = detail::simd::Batch<T, detail::simd::NarrowArch>;
    const T y = values_.first(first, Narrow(*first), 1).forward.first();
    tallies_.set_pivots(unit, static_cast<double>(*first), static_cast<double>(y));
    return true;
  }
  HILLOCK_NOINLINE bool set_all_pivots(Index first, const T* x) const {
    bool is_any_new = false;
    for (Index i = 0; i < width; ++i) is_any_new |= set_pivots(first + i, x + i);
    return is_any_new;
  }

  /// So many samples whose mean is far off are added up once more, about it: a first element may
  /// lie anywhere, and means jump. (What is lost of fewer samples is less than a unit's moments
  /// promise.)
  static constexpr Index many = 16;
  static double near_mean(const ShiftedSums& sums, double n) noexcept {
    return static_cast<double>(
        detail::rounded_parameter<Accuracy::fast, T>(sums.pivot + sums.sum / n));
  }
  /// Leaves no sums in the totals; or does nothing, where the elements have to be added one by one.
  HILLOCK_NOINLINE bool add_far_off(Index first, std::size_t skip, LaneTotals<V>& totals, const T* x,
                                 Index n, Index step) const {
    const auto count = static_cast<double>(n);
    const UnitLanes input(tallies_.input().template pivots<V>(static_cast<std::size_t>(first)),
                          totals.input, totals.input_squares);
    const UnitLanes output(tallies_.output().template pivots<V>(static_cast<std::size_t>(first)),
                           totals.output, totals.output_squares);
    const V input_means = input.near_means(count), output_means = output.near_means(count);
    const LaneTotals<V> again =
        this->totals(Counter(judge_, input_means, output_means), x, step, n);
    if (!again.is_ordinary()) return false;
    const UnitLanes input_again(input_means, again.input, again.input_squares);
    const UnitLanes output_again(output_means, again.output, again.output_squares);
    for (std::size_t lane = skip; lane < V::size; ++lane) {
      tallies_.add_sums(first + static_cast<Index>(lane), static_cast<std::uint64_t>(n),
                        input.or_if_far_off(input_again, lane, count),
                        output.or_if_far_off(output_again, lane, count));
    }
    totals.input = totals.input_squares = totals.output = totals.output_squares = V(0);
    return true;
  }
  /// Sums of which a lane is a unit's.
  struct UnitLanes {
    Lanes pivot, sum, squares;

    UnitLanes(V pivots, V sums, V sums_of_squares) noexcept {
      pivots.store(pivot.data());
      sums.store(sum.data());
      sums_of_squares.store(squares.data());
    }
    ShiftedSums of(std::size_t lane) const noexcept {
      return {static_cast<double>(pivot[lane]), static_cast<double>(sum[lane]),
              static_cast<double>(squares[lane])};
    }
    V near_means(double n) const noexcept {
      Lanes means;
      for (std::size_t lane = 0; lane < V::size; ++lane)
        means[lane] = static_cast<T>(near_mean(of(lane), n));
      return V::load(means.data());
    }
    ShiftedSums or_if_far_off(const UnitLanes& others, std::size_t lane, double n) const noexcept {
      const ShiftedSums sums = of(lane);
      return is_far_off(sums.sum, sums.squares, n) ? others.of(lane) : sums;
    }
  };

  /// One by one, in double: for runs in which something is not finite, or whose squares are not.
  template <class UnitOf>
  void add_elements(const T* x, Index n, Index each, const UnitOf& unit_of) {
    for (Index at = 0; at < n; at += each) {
      const auto count = static_cast<std::size_t>(n - at < each ? n - at : each);
      const V batch = sealed(V::load_first(x + at, count));
      const auto both = values_.first(x + at, batch, count);
      Lanes y, derivative;
      both.forward.store(y.data());
      both.derivative.store(derivative.data());
      for (std::size_t i = 0; i < count; ++i) {
        tallies_.add_element(judge_, unit_of(i), x[at + static_cast<Index>(i)], y[i],
                             derivative[i]);
      }
    }
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
