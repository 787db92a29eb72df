// Takes an array of pre-activations to the counters of its units, a batch of elements at a time.
//
// Where units are neighbours in memory (rows of a column-major array) a lane is a unit; else the
// samples of one unit go along the lanes and are added up at the end.
#pragma once

#include <hillock/arrays/turned_tile.hpp>
#include <hillock/diagnostics/tallies.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// f and f' of elements at an address: computed, for a pointwise activation.
template <class F, class T>
class ComputedValues {
 public:
  explicit ComputedValues(const F& f) noexcept : both_{f} {}

  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> operator()(const T*, V x) const noexcept {
    return both_(x);
  }
  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> first(const T*, V x, std::size_t) const noexcept {
    return both_(x);
  }
  static constexpr bool has_steps = arrays::Both<F, T>::has_steps;
  /// f and f' of n batches, number i at x + i step, one after the other.
  template <class V>
  HILLOCK_INLINE void store(const T* x, Eigen::Index step, Eigen::Index n, T* y,
                            T* derivative) const noexcept {
    arrays::run_in_steps<V>(arrays::OnArrays<arrays::Both<F, T>>{both_}, std::array<const T*, 1>{x},
                            step, std::array<T*, 2>{y, derivative}, n);
  }

 private:
  arrays::Both<F, T> both_;
};

/// The same looked up in arrays laid out as x is, for a function that is not pointwise.
template <class T>
class StoredValues {
 public:
  StoredValues(const T* x, const T* y, const T* derivative) noexcept
      : x_(x), y_(y), derivative_(derivative) {}

  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> operator()(const T* at, V) const noexcept {
    return {V::load(y_ + (at - x_)), V::load(derivative_ + (at - x_))};
  }
  template <class V>
  HILLOCK_INLINE ForwardAndDerivative<V> first(const T* at, V, std::size_t count) const noexcept {
    return {V::load_first(y_ + (at - x_), count), V::load_first(derivative_ + (at - x_), count)};
  }
  static constexpr bool has_steps = false;

 private:
  const T *x_, *y_, *derivative_;
};

template <class F, class V, class Values>
class Observer {
  using Index = Eigen::Index;
  using T = typename V::value_type;
  using Lanes = std::array<T, V::size>;
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  Observer(const Judge<F>& judge, const Values& values, Tallies& tallies) noexcept
      : judge_(judge), judge_in_t_(judge), values_(values), tallies_(tallies) {}

  /// n samples of one unit, next to each other.
  void observe_unit(Index unit, const T* x, Index n) {
    for (; n > 0; x += chunk, n -= chunk) {
      const Index part = n < chunk ? n : chunk;
      if constexpr (has_two_slopes<F>) {
        if (judge_.counts_by_sign()) {
          observe_chunk<true>(unit, x, part);
          continue;
        }
      }
      observe_chunk<false>(unit, x, part);
    }
  }

  /// `samples` of `units` >= V::size units that are neighbours; sample i at x + i step.
  void observe_units(const T* x, Index units, Index samples, Index step) {
    // All units of a block of samples before the next: what is next to a unit in memory is still
    // in cache when its turn comes.
    for (; samples > 0; x += lane_block * step, samples -= lane_block) {
      const Index n = samples < lane_block ? samples : lane_block;
      for (Index first = 0; first < units; first += width) {
        const Index start = start_of(first, units);
        observe_lanes(start, first - start, x + start, n, step);
      }
    }
  }

  /// The same of units `step` apart, whose at most `few` samples are next to each other. They are
  /// turned: a unit's lanes would have to be added up after so few batches.
  void observe_units_apart(const T* x, Index units, Index samples, Index step) {
    alignas(V) T turned[static_cast<std::size_t>(few * width)];
    for (Index first = 0; first < units; first += width) {
      const Index start = start_of(first, units);
      arrays::transpose(x + start * step, step, width, samples, turned, width);
      observe_lanes(start, first - start, turned, samples, width);
    }
  }
  static constexpr Index few = lane_block;

 private:
  static constexpr Index chunk = lane_block * width;
  /// Batches whose results wait in memory, which is fast while they are few.
  static constexpr Index held = 64;
  const Judge<F>& judge_;
  const typename Judge<F>::template In<T> judge_in_t_;
  const Values values_;
  Tallies& tallies_;

  /// The last batch overlaps the one before it, whose lanes it leaves out.
  static Index start_of(Index first, Index units) noexcept {
    return first + width <= units ? first : units - width;
  }

  void observe_lanes(Index start, Index skip, const T* x, Index n, Index step) {
    if constexpr (has_two_slopes<F>) {
      if (judge_.counts_by_sign()) {
        observe_block<true>(start, static_cast<std::size_t>(skip), x, n, step);
        return;
      }
    }
    observe_block<false>(start, static_cast<std::size_t>(skip), x, n, step);
  }

  /// n batches, number i at x + i step.
  template <bool BySign>
  HILLOCK_INLINE void add_batches(LaneTally<V, BySign>& tally, const T* x, Index step,
                                  Index n) const noexcept {
    for (; n > 0; x += held * step, n -= held) add_few(tally, x, step, n < held ? n : held);
  }

  template <bool BySign>
  HILLOCK_APART void add_few(LaneTally<V, BySign>& tally, const T* x, Index step,
                             Index n) const noexcept {
    const auto values = values_;
    if constexpr (BySign) {
      // Of two slopes f is as quick to compute as to load.
      tally.add_inputs(judge_in_t_, x, step, nullptr, n);
      tally.add_outputs(
          judge_in_t_, [&](Index i) { return both_at(values, x + i * step).forward; }, nullptr, n);
    } else {
      constexpr auto size = static_cast<std::size_t>(held * width);
      alignas(V) T y[size], slopes[size];
      if constexpr (Values::has_steps) {
        values.template store<V>(x, step, n, y, slopes);
      } else {
        for (Index i = 0; i < n; ++i) {
          const auto both = both_at(values, x + i * step);
          both.forward.store(y + i * width);
          both.derivative.store(slopes + i * width);
        }
      }
      tally.add_inputs(judge_in_t_, x, step, slopes, n);
      tally.add_outputs(
          judge_in_t_, [&](Index i) { return V::load(y + i * width); }, slopes, n);
    }
  }

  static HILLOCK_INLINE ForwardAndDerivative<V> both_at(const Values& values, const T* x) noexcept {
    return values(x, sealed(V::load(x)));
  }

  template <bool BySign>
  void observe_chunk(Index unit, const T* x, Index n) {
    const Index whole = n / width * width;
    const auto rest = static_cast<std::size_t>(n - whole);
    T x_pivot, y_pivot;
    set_pivots(unit, x, x_pivot, y_pivot);
    LaneTally<V, BySign> tally{V(x_pivot), V(y_pivot)};
    add_batches(tally, x, width, whole / width);
    LaneTotals<V> totals = tally.totals();
    if (rest > 0) totals.add(totals_of_first<BySign>(x + whole, rest, x_pivot, y_pivot));
    if (totals.is_finite())
      tallies_.template add_sum<BySign>(judge_, unit, n, totals, static_cast<double>(x_pivot),
                                        static_cast<double>(y_pivot));
    else
      add_elements(x, n, width, [&](std::size_t) { return unit; });
  }

  /// Of the `count` first elements of a batch.
  template <bool BySign>
  LaneTotals<V> totals_of_first(const T* x, std::size_t count, T x_pivot, T y_pivot) const {
    const V batch = sealed(V::load_first(x, count));
    const auto both = values_.first(x, batch, count);
    alignas(V) T input[V::size], slopes[V::size];
    batch.store(input);
    both.derivative.store(slopes);
    LaneTally<V, BySign> tally{V(x_pivot), V(y_pivot)};
    tally.add_inputs(judge_in_t_, input, width, slopes, 1);
    tally.add_outputs(
        judge_in_t_, [&](Index) { return both.forward; }, slopes, 1);
    LaneTotals<V> totals = tally.totals();
    totals.keep(0, count);
    return totals;
  }

  template <bool BySign>
  void observe_block(Index first, std::size_t skip, const T* x, Index n, Index step) {
    V x_pivot, y_pivot;
    if (!tallies_.read_means(first, x_pivot, y_pivot)) {
      Lanes x_pivots, y_pivots;
      for (std::size_t i = 0; i < V::size; ++i)
        set_pivots(first + static_cast<Index>(i), x + i, x_pivots[i], y_pivots[i]);
      x_pivot = V::load(x_pivots.data());
      y_pivot = V::load(y_pivots.data());
    }
    LaneTally<V, BySign> tally{x_pivot, y_pivot};
    add_batches(tally, x, step, n);
    LaneTotals<V> totals = tally.totals();
    if (totals.is_finite()) {
      V count = static_cast<T>(n);
      if (skip > 0) {
        totals.keep(skip, V::size);
        count = select(LaneTotals<V>::lanes_outside(skip, V::size), V(0), count);
      }
      tallies_.template add_lanes<BySign>(judge_, first, count, totals, x_pivot, y_pivot);
    } else {
      for (Index at = 0; at < n; ++at)
        add_elements(x + at * step + skip, width - static_cast<Index>(skip), width,
                     [&](std::size_t lane) { return first + static_cast<Index>(skip + lane); });
    }
  }

  /// About the mean so far, or the first element.
  void set_pivots(Index unit, const T* first, T& x_pivot, T& y_pivot) const {
    if (tallies_.has_seen(unit)) {
      x_pivot = static_cast<T>(tallies_.input_mean(unit));
      y_pivot = static_cast<T>(tallies_.output_mean(unit));
      return;
    }
    x_pivot = *first;
    using Narrow = simd::Batch<T, simd::NarrowArch>;
    y_pivot = values_.first(first, Narrow(*first), 1).forward.first();
  }

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
        tallies_.add_element(judge_, unit_of(i), static_cast<double>(x[at + static_cast<Index>(i)]),
                             static_cast<double>(y[i]), static_cast<double>(derivative[i]));
      }
    }
  }
};

/// The samples of x whose outputs all have one sign (zeros and NaNs have none). Looks at a sample's
/// units until both signs are found, which in a healthy layer is among the first.
template <class V, class X, class Forward>
std::int64_t coherent_samples(const arrays::Input<X>& x, Per per, const Forward& forward) {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  const bool units_are_rows = per == Per::row;
  const Index samples = units_are_rows ? x.shape().cols : x.shape().rows;
  const Index units = units_are_rows ? x.shape().rows : x.shape().cols;
  constexpr Index width = static_cast<Index>(V::size);
  std::int64_t coherent = 0;
  Index sample = 0;
  if constexpr (arrays::Input<X>::is_computed_in_place) {
    // Samples that are neighbours go a lane each.
    if (x.step(units_are_rows) == 1) {
      const T* const data = x.view().data;
      for (; sample + width <= samples; sample += width) {
        V has_positive = 0, has_negative = 0, lacks = 1;
        for (Index unit = 0; unit < units; ++unit) {
          const V y = forward(sealed(V::load(data + sample + unit * x.step(!units_are_rows))));
          has_positive = select(y > V(0), 1, has_positive);
          has_negative = select(y < V(0), 1, has_negative);
          lacks = V(1) - has_positive * has_negative;
          if (!any(lacks > V(0))) break;
        }
        T lanes[static_cast<std::size_t>(width)];
        lacks.store(lanes);
        for (const T lane : lanes) coherent += lane > 0;
      }
    } else if (x.step(!units_are_rows) == 1 && units >= width) {
      const T* from = x.view().data;
      for (; sample < samples; ++sample, from += x.step(units_are_rows)) {
        bool has_positive = false, has_negative = false;
        for (Index unit = 0; unit < units && !(has_positive && has_negative); unit += width) {
          const V y =
              forward(sealed(V::load(from + (unit + width <= units ? unit : units - width))));
          has_positive |= any(y > V(0));
          has_negative |= any(y < V(0));
        }
        coherent += !(has_positive && has_negative);
      }
    }
  }
  T buffer[arrays::buffer_size];
  for (; sample < samples; ++sample) {
    bool has_positive = false, has_negative = false;
    for (Index unit = 0; unit < units && !(has_positive && has_negative); unit += width) {
      const Index n = units - unit < width ? units - unit : width;
      const T* from = units_are_rows ? x.read(unit, sample, n, false, buffer)
                                     : x.read(sample, unit, n, true, buffer);
      const V y = forward(
          sealed(n == width ? V::load(from) : V::load_first(from, static_cast<std::size_t>(n))));
      has_positive |= any(y > V(0));
      has_negative |= any(y < V(0));
    }
    coherent += !(has_positive && has_negative);
  }
  return coherent;
}

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
