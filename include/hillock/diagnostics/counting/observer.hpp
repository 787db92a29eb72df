// Adds an array of pre-activations to the counters of its units, a batch of elements at a time.
//
// If the units are contiguous in memory (rows of a column-major array), each unit has a lane.
// Otherwise the lanes hold samples of one unit, and are added up at the end.
#pragma once

#include <hillock/arrays/axis/transposed_tile.hpp>
#include <hillock/diagnostics/counting/lane_counter.hpp>
#include <hillock/diagnostics/counting/unit_counters.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// The part of an observer that is the same for every function. T is V's element.
template <class V>
class ObserverBase {
 protected:
  using Index = Eigen::Index;
  using T = typename V::value_type;
  using Lanes = std::array<T, V::size>;
  using Counter = LaneCounter<V>;
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  /// A loop that computes the totals of batches for one function of one operation.
  using QuickTotals = LaneTotals<V> (*)(const void* f, const Counter& counter, const T* x,
                                        Index step, Index n);

  HILLOCK_NOINLINE ObserverBase(const Classifier& classifier, const ElementFunction<T>& function,
                                QuickTotals quick_totals, bool is_one_operation,
                                UnitCounters& counters) noexcept
      : classifier_(classifier.template in<T>()),
        function_(function),
        quick_totals_(classifier_.is_simple() ? quick_totals : nullptr),
        block_(is_one_operation && classifier_.is_by_input() ? lane_block : few_batches),
        counters_(counters) {
    counters_.template prepare_for<T>();
  }

  /// Adds n contiguous samples of one unit. If the function has parameters for each element, they
  /// lie at `parameters` in the same way.
  HILLOCK_LOOP void observe_unit(Index unit, const T* x, Index n, const T* parameters = nullptr) {
    while (n > 0) {
      const Index chunk_length = n < chunk ? n : chunk;
      observe_chunk(unit, {x, parameters, chunk_length});
      x += chunk_length;
      if (parameters != nullptr) parameters += chunk_length;
      n -= chunk_length;
    }
  }

  /// The number of samples of a unit that are added up before their sums are added to doubles.
  static constexpr Index chunk = lane_block * width;
  /// Units with at most this many contiguous samples are transposed. Otherwise the lanes would have
  /// to be added up after only a few batches.
  static constexpr Index few_samples = lane_block;

 protected:
  const ElementClassifier<T>& classifier_;
  const ElementFunction<T> function_;
  /// Null where the classifier is not simple.
  const QuickTotals quick_totals_;
  /// The number of batches whose outputs are stored and read again. They are few, so that they stay
  /// in the first-level cache.
  static constexpr Index few_batches = 64;
  const Index block_;
  UnitCounters& counters_;

  /// Returns the first unit of a batch. The last batch overlaps the one before it, and skips the
  /// units that both contain.
  static Index start_of(Index first, Index units) noexcept {
    return first + width <= units ? first : units - width;
  }

  HILLOCK_PART Counter counter_of(Index first) const noexcept {
    const auto at = static_cast<std::size_t>(first);
    return Counter(classifier_, counters_.input().template pivots<V>(at),
                   counters_.output().template pivots<V>(at));
  }

  HILLOCK_LOOP bool set_all_pivots(Index first, const T* x) {
    bool is_any_new = false;
    for (Index i = 0; i < width; ++i) is_any_new |= set_pivots(first + i, x + i, nullptr);
    return is_any_new;
  }

  /// Returns the totals of n batches, of which number i is at x + i step.
  HILLOCK_LOOP LaneTotals<V> totals(const Counter& counter, const T* x, const T* parameters,
                                    Index step, Index n) const {
    if (quick_totals_ != nullptr) return quick_totals_(function_.f, counter, x, step, n);
    LaneTotals<V> totals = totals_of_block(counter, x, parameters, step, n < block_ ? n : block_);
    while ((n -= block_) > 0) {
      x += block_ * step;
      if (parameters != nullptr) parameters += block_ * step;
      totals.add(totals_of_block(counter, x, parameters, step, n < block_ ? n : block_));
    }
    return totals;
  }

  HILLOCK_LOOP LaneTotals<V> totals_of_block(const Counter& counter, const T* x,
                                             const T* parameters, Index step, Index n) const {
    alignas(V) T y[static_cast<std::size_t>(lane_block * width)];
    alignas(V) T slopes[static_cast<std::size_t>(few_batches * width)];
    if (classifier_.is_by_input())
      function_.forward(function_.f, x, parameters, step, n, y);
    else
      function_.both(function_.f, x, parameters, step, n, y, slopes);
    return counter.totals(x, step, StoredOutputs<T>{y}, slopes, n);
  }

  /// If the mean of at least this many samples is far from the pivot, they are added once more with
  /// their mean as the pivot. That happens where the first element was far from the mean, or where
  /// the mean changes suddenly. (The loss of digits for fewer samples is below the error that the
  /// moments of a unit may have.)
  static constexpr Index many = 16;

  /// Adds the sums of lanes whose means are far from their pivots, and clears the sums in the
  /// totals. Returns false, and does nothing, if the elements have to be added one by one.
  HILLOCK_LOOP bool add_about_means(Index first, std::size_t skip, LaneTotals<V>& totals,
                                    const T* x, Index n, Index step) {
    const auto count = static_cast<double>(n);
    const UnitLanes input(counters_.input().template pivots<V>(static_cast<std::size_t>(first)),
                          totals.input, totals.input_squares);
    const UnitLanes output(counters_.output().template pivots<V>(static_cast<std::size_t>(first)),
                           totals.output, totals.output_squares);
    const V input_means = input.near_means(count), output_means = output.near_means(count);
    const LaneTotals<V> again =
        this->totals(Counter(classifier_, input_means, output_means), x, nullptr, step, n);
    if (!again.is_ordinary()) return false;
    const UnitLanes input_again(input_means, again.input, again.input_squares);
    const UnitLanes output_again(output_means, again.output, again.output_squares);
    for (std::size_t lane = skip; lane < V::size; ++lane) {
      counters_.add_sums(first + static_cast<Index>(lane), static_cast<std::uint64_t>(n),
                         input.or_if_far_from_pivot(input_again, lane, count),
                         output.or_if_far_from_pivot(output_again, lane, count));
    }
    totals.input = totals.input_squares = totals.output = totals.output_squares = V(0);
    return true;
  }

  /// Adds n samples of the units in the lanes from `skip` on, one by one.
  HILLOCK_LOOP void add_lanes_one_by_one(Index first, std::size_t skip, const T* x, Index n,
                                         Index step) {
    for (Index i = 0; i < n; ++i)
      add_one_by_one(first + static_cast<Index>(skip), 1,
                     {x + i * step + skip, nullptr, width - static_cast<Index>(skip)});
  }

 private:
  /// Contiguous elements of one unit, or of contiguous units.
  struct ElementSpan {
    const T* x;
    const T* parameters;
    Index n;
  };

  /// Returns the totals of the first elements of a batch.
  HILLOCK_LOOP LaneTotals<V> totals_of_first(const Counter& counter, const T* x,
                                             const T* parameters, std::size_t count) const {
    alignas(V) T input[V::size], numbers[V::size];
    V::load_first(x, count).store(input);
    if (parameters != nullptr) V::load_first(parameters, count).store(numbers);
    LaneTotals<V> totals =
        this->totals(counter, input, parameters != nullptr ? numbers : nullptr, 0, 1);
    totals.clear_lanes_outside(0, count);
    return totals;
  }

  /// The totals of a chunk of one unit, and the sums over all lanes.
  struct Chunk {
    LaneTotals<V> totals;
    ShiftedSums input, output;

    bool is_far_from_pivot(double n) const noexcept {
      return internal::is_far_from_pivot(input.sum, input.squares, n) ||
             internal::is_far_from_pivot(output.sum, output.squares, n);
    }
  };

  HILLOCK_LOOP void observe_chunk(Index unit, ElementSpan elements) {
    if (!counters_.template any_needs_scalar_sums<T>(unit, 1)) {
      set_pivots(unit, elements.x, elements.parameters);
      const auto at = static_cast<std::size_t>(unit);
      const auto count = static_cast<double>(elements.n);
      Chunk all = chunk_of(counters_.input().pivot[at], counters_.output().pivot[at], elements);
      if (all.totals.is_ordinary() && elements.n >= many && all.is_far_from_pivot(count))
        all = chunk_of(near_mean(all.input, count), near_mean(all.output, count), elements);
      if (all.totals.is_ordinary())
        return counters_.add_sum(unit, all.totals, all.input, all.output);
    }
    for (Index i = 0; i < elements.n; i += width)
      add_one_by_one(
          unit, 0,
          {elements.x + i, elements.parameters == nullptr ? nullptr : elements.parameters + i,
           elements.n - i < width ? elements.n - i : width});
  }

  HILLOCK_LOOP Chunk chunk_of(double input_pivot, double output_pivot, ElementSpan elements) const {
    Chunk all{totals_of_chunk(static_cast<T>(input_pivot), static_cast<T>(output_pivot), elements),
              {input_pivot},
              {output_pivot}};
    all.input.sum = sum_of(all.totals.input);
    all.input.squares = sum_of(all.totals.input_squares);
    all.output.sum = sum_of(all.totals.output);
    all.output.squares = sum_of(all.totals.output_squares);
    return all;
  }
  LaneTotals<V> totals_of_chunk(T input_pivot, T output_pivot, ElementSpan elements) const {
    const auto [x, parameters, n] = elements;
    const Counter counter(classifier_, input_pivot, output_pivot);
    const Index whole = n / width;
    const auto rest = static_cast<std::size_t>(n - whole * width);
    if (whole == 0) return totals_of_first(counter, x, parameters, rest);
    LaneTotals<V> totals = this->totals(counter, x, parameters, width, whole);
    if (rest > 0)
      totals.add(totals_of_first(counter, x + whole * width,
                                 parameters == nullptr ? nullptr : parameters + whole * width,
                                 rest));
    return totals;
  }

  /// If the unit has no finite element yet, makes the first element its pivot, and returns true.
  bool set_pivots(Index unit, const T* first, const T* parameters) {
    if (counters_.has_seen(unit)) return false;
    const Both both = values_of({first, parameters, 1});
    counters_.set_pivots(unit, static_cast<double>(*first), static_cast<double>(both.y[0]));
    return true;
  }

  static double near_mean(const ShiftedSums& sums, double n) noexcept {
    return static_cast<double>(
        detail::rounded_parameter<Accuracy::fast, T>(sums.pivot + sums.sum / n));
  }

  /// The sums of lanes that belong to one unit each.
  struct UnitLanes {
    Lanes pivot, sum, squares;

    HILLOCK_LOOP UnitLanes(V pivots, V sums, V sums_of_squares) noexcept {
      pivots.store(pivot.data());
      sums.store(sum.data());
      sums_of_squares.store(squares.data());
    }
    ShiftedSums of(std::size_t lane) const noexcept {
      return {static_cast<double>(pivot[lane]), static_cast<double>(sum[lane]),
              static_cast<double>(squares[lane])};
    }
    HILLOCK_LOOP V near_means(double n) const noexcept {
      Lanes means;
      for (std::size_t lane = 0; lane < V::size; ++lane)
        means[lane] = static_cast<T>(near_mean(of(lane), n));
      return V::load(means.data());
    }
    /// Returns the sums of `others` for a lane whose own mean is far from its pivot.
    HILLOCK_LOOP ShiftedSums or_if_far_from_pivot(const UnitLanes& others, std::size_t lane,
                                                  double n) const noexcept {
      const ShiftedSums sums = of(lane);
      return internal::is_far_from_pivot(sums.sum, sums.squares, n) ? others.of(lane) : sums;
    }
  };

  /// f and f' of at most a batch of elements.
  struct Both {
    alignas(V) T y[V::size];
    alignas(V) T slopes[V::size];
  };
  HILLOCK_LOOP Both values_of(ElementSpan elements) const {
    const auto count = static_cast<std::size_t>(elements.n);
    alignas(V) T in[V::size], parameters[V::size];
    V::load_first(elements.x, count).store(in);
    if (elements.parameters != nullptr) V::load_first(elements.parameters, count).store(parameters);
    Both both;
    function_.both(function_.f, in, elements.parameters == nullptr ? nullptr : parameters, width, 1,
                   both.y, both.slopes);
    return both;
  }

  /// Adds up to a batch of elements one by one, in double, because some are not finite or their
  /// squares are too small or too large. Element i belongs to the unit `unit + i * next`.
  HILLOCK_LOOP void add_one_by_one(Index unit, Index next, ElementSpan elements) {
    const Both both = values_of(elements);
    for (Index i = 0; i < elements.n; ++i)
      counters_.add_element(classifier_, unit + i * next, elements.x[i], both.y[i], both.slopes[i]);
  }
};

/// Stands for the operation of a function that has no loop of its own.
struct NoQuickTotals {};

/// Adds elements to counters. Forward is the operation of a function of one operation, which is
/// computed in the counting loop if the classifier is simple; or NoQuickTotals.
template <class V, class Forward>
class Observer : public ObserverBase<V> {
  using Base = ObserverBase<V>;
  using Index = typename Base::Index;
  using T = typename Base::T;
  using Base::classifier_, Base::counters_, Base::function_, Base::width;
  static constexpr bool has_quick_totals = !std::is_same_v<Forward, NoQuickTotals>;

 public:
  template <class F>
  Observer(const Classifier& classifier, const ElementFunction<T>& function, const F& f,
           UnitCounters& counters) noexcept
      : Base(classifier, function, quick_totals_for<F>(), has_quick_totals, counters),
        quick_(forward_of(f)) {}

  /// Adds samples of `units` >= V::size contiguous units; sample i is at x + i step.
  HILLOCK_LOOP void observe_units(const T* x, Index units, Index samples, Index step) {
    // All units of a block of samples are processed before the next block, because their elements
    // share cache lines.
    for (; samples > 0; x += lane_block * step, samples -= lane_block) {
      const Index n = samples < lane_block ? samples : lane_block;
      counters_.prepare_lanes(n);
      for (Index first = 0; first < units; first += width) {
        const Index start = this->start_of(first, units);
        observe_lanes(start, static_cast<std::size_t>(first - start), x + start, n, step);
      }
    }
  }

  /// Does the same for units that are `step` apart and have at most few_samples contiguous samples
  /// each.
  HILLOCK_LOOP void observe_strided_units(const T* x, Index units, Index samples, Index step) {
    alignas(V) T transposed[static_cast<std::size_t>(Base::few_samples * width)];
    counters_.prepare_lanes(samples);
    for (Index first = 0; first < units; first += width) {
      const Index start = this->start_of(first, units);
      detail::transpose(x + start * step, step, width, samples, transposed, width);
      observe_lanes(start, static_cast<std::size_t>(first - start), transposed, samples, width);
    }
  }

 private:
  using Counter = typename Base::Counter;
  const Forward quick_;

  template <class F>
  static Forward forward_of(const F& f) noexcept {
    if constexpr (has_quick_totals)
      return Forward(f);
    else
      return {};
  }
  template <class F>
  static typename Base::QuickTotals quick_totals_for() noexcept {
    if constexpr (has_quick_totals)
      return quick_totals<F>;
    else
      return nullptr;
  }
  template <class F>
  static HILLOCK_LOOP LaneTotals<V> quick_totals(const void* f, const Counter& counter, const T* x,
                                                 Index step, Index n) {
    const ComputedOutputs<Forward> outputs{Forward(*static_cast<const F*>(f))};
    return counter.totals(x, step, outputs, nullptr, n);
  }

  /// Force-inlined, so that a function's own loop returns its totals in registers.
  HILLOCK_PART LaneTotals<V> totals_here(const Counter& counter, const T* x, Index step,
                                         Index n) const {
    if constexpr (has_quick_totals) {
      if (HILLOCK_LIKELY(this->quick_totals_ != nullptr))
        return counter.totals(x, step, ComputedOutputs<Forward>{quick_}, nullptr, n);
    }
    if (n <= this->block_) return this->totals_of_block(counter, x, nullptr, step, n);
    return this->totals(counter, x, nullptr, step, n);
  }

  /// Adds n samples of the units from `first` on, without the first `skip` of them.
  HILLOCK_LOOP void observe_lanes(Index first, std::size_t skip, const T* x, Index n, Index step) {
    if (!counters_.template any_needs_scalar_sums<T>(first, V::size)) {
      const bool is_any_new = !counters_.has_seen_all() && this->set_all_pivots(first, x);
      LaneTotals<V> totals = totals_here(this->counter_of(first), x, step, n);
      if (totals.is_ordinary()) {
        const bool is_any_far_from_pivot = totals.is_any_far_from_pivot(static_cast<double>(n));
        if (HILLOCK_LIKELY(!is_any_far_from_pivot || n < Base::many) ||
            this->add_about_means(first, skip, totals, x, n, step)) {
          if (skip > 0) totals.clear_lanes_outside(skip, V::size);
          return counters_.add_lanes(first, totals, is_any_new || is_any_far_from_pivot);
        }
      }
    }
    this->add_lanes_one_by_one(first, skip, x, n, step);
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
