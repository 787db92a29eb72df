// The counters of every unit of a layer, as arrays along which batches of totals are added.
#pragma once

#include <hillock/diagnostics/lanes.hpp>
#include <hillock/diagnostics/state.hpp>
#include <hillock/diagnostics/statistics.hpp>

#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

class Tallies {
  using Index = Eigen::Index;
  using Counts = std::vector<std::int64_t>;
  using Numbers = std::vector<double>;

 public:
  explicit Tallies(std::size_t units)
      : largest_input_(units, -std::numeric_limits<double>::infinity()),
        smallest_output_(units, std::numeric_limits<double>::infinity()) {
    for (Counts* counts : {&finite_, &non_finite_, &active_, &near_linear_, &low_, &high_})
      counts->resize(units);
    for (Numbers* numbers : {&input_mean_, &input_deviations_, &output_mean_, &output_deviations_})
      numbers->resize(units);
  }

  std::size_t units() const noexcept { return finite_.size(); }
  bool has_seen(Index unit) const noexcept { return finite_[at(unit)] > 0; }
  double input_mean(Index unit) const noexcept { return input_mean_[at(unit)]; }
  double output_mean(Index unit) const noexcept { return output_mean_[at(unit)]; }

  UnitStatistics unit(std::size_t i) const noexcept {
    UnitStatistics statistics;
    statistics.finite = finite_[i];
    statistics.non_finite = non_finite_[i];
    statistics.active = active_[i];
    statistics.near_linear = near_linear_[i];
    statistics.saturated_low = low_[i];
    statistics.saturated_high = high_[i];
    statistics.largest_input = largest_input_[i];
    statistics.smallest_output = smallest_output_[i];
    statistics.input = {input_mean_[i], input_deviations_[i]};
    statistics.output = {output_mean_[i], output_deviations_[i]};
    return statistics;
  }

  void set(std::size_t i, const UnitStatistics& statistics) noexcept {
    finite_[i] = statistics.finite;
    non_finite_[i] = statistics.non_finite;
    active_[i] = statistics.active;
    near_linear_[i] = statistics.near_linear;
    low_[i] = statistics.saturated_low;
    high_[i] = statistics.saturated_high;
    largest_input_[i] = statistics.largest_input;
    smallest_output_[i] = statistics.smallest_output;
    input_mean_[i] = statistics.input.mean;
    input_deviations_[i] = statistics.input.squared_deviations;
    output_mean_[i] = statistics.output.mean;
    output_deviations_[i] = statistics.output.squared_deviations;
  }

  /// Lane i of `totals`, n elements each about the pivots, to unit `first` + i; from lane `skip` on.
  template <bool BySign, class V, class F>
  void add_lanes(const Judge<F>& judge, Index first, std::size_t skip, Index n,
                 const LaneTotals<V>& totals, const typename LaneTotals<V>::Lanes& input_pivots,
                 const typename LaneTotals<V>::Lanes& output_pivots) noexcept {
    const std::size_t unit = at(first);
    if constexpr (BySign) {
      for (std::size_t i = skip; i < V::size; ++i)
        add_counts(unit + i, judge.counts(n, static_cast<Index>(totals.active[i])));
    } else {
      add_to(active_, unit, skip, totals.active);
      add_to(near_linear_, unit, skip, totals.near_linear);
      add_to(low_, unit, skip, totals.low);
      add_to(high_, unit, skip, totals.high);
    }
    for (std::size_t i = skip; i < V::size; ++i) {
      raise(largest_input_[unit + i], static_cast<double>(totals.largest_input[i]));
      lower(smallest_output_[unit + i], static_cast<double>(totals.smallest_output[i]));
    }
    add_moments<V>(unit, skip, n, input_mean_, input_deviations_, input_pivots, totals.input,
                   totals.input_squares);
    add_moments<V>(unit, skip, n, output_mean_, output_deviations_, output_pivots, totals.output,
                   totals.output_squares);
    for (std::size_t i = skip; i < V::size; ++i) finite_[unit + i] += n;
  }

  /// All lanes of `totals`, n elements together, to one unit.
  template <bool BySign, class V, class F>
  void add_sum(const Judge<F>& judge, Index unit, Index n, const LaneTotals<V>& totals,
               double input_pivot, double output_pivot) noexcept {
    const std::size_t i = at(unit);
    if constexpr (BySign)
      add_counts(i, judge.counts(n, sum(totals.active)));
    else
      add_counts(i,
                 {sum(totals.active), sum(totals.near_linear), sum(totals.low), sum(totals.high)});
    const auto larger = [](auto a, auto b) { return a > b ? a : b; };
    const auto smaller = [](auto a, auto b) { return a < b ? a : b; };
    raise(largest_input_[i], static_cast<double>(folded(totals.largest_input, larger)));
    lower(smallest_output_[i], static_cast<double>(folded(totals.smallest_output, smaller)));
    add_moments(i, n, input_mean_, input_deviations_, input_pivot, sum_of(totals.input),
                sum_of(totals.input_squares));
    add_moments(i, n, output_mean_, output_deviations_, output_pivot, sum_of(totals.output),
                sum_of(totals.output_squares));
    finite_[i] += n;
  }

  template <class F>
  void add_element(const Judge<F>& judge, Index unit, double x, double y,
                   double derivative) noexcept {
    const std::size_t i = at(unit);
    if (!is_finite(x) || !is_finite(y)) {
      ++non_finite_[i];
      return;
    }
    const double slope = std::abs(derivative);
    active_[i] += judge.is_active(slope);
    near_linear_[i] += judge.is_near_linear(slope);
    low_[i] += judge.is_low(x, slope);
    high_[i] += judge.is_high(x, slope);
    raise(largest_input_[i], x);
    lower(smallest_output_[i], y);
    add_moments(i, 1, input_mean_, input_deviations_, x, 0, 0);
    add_moments(i, 1, output_mean_, output_deviations_, y, 0, 0);
    ++finite_[i];
  }

  void merge(const Tallies& other) noexcept {
    for (std::size_t i = 0; i < units(); ++i) {
      UnitStatistics both = unit(i);
      both.merge(other.unit(i));
      set(i, both);
    }
  }

  double smallest_output() const noexcept {
    double smallest = std::numeric_limits<double>::infinity();
    for (const double y : smallest_output_) lower(smallest, y);
    return smallest;
  }

  void write(MonitorState& state) const {
    for (const Counts* counts : {&finite_, &non_finite_, &active_, &near_linear_, &low_, &high_})
      state.integers.insert(state.integers.end(), counts->begin(), counts->end());
    for (const Numbers* numbers : {&largest_input_, &smallest_output_, &input_mean_,
                                   &input_deviations_, &output_mean_, &output_deviations_})
      state.numbers.insert(state.numbers.end(), numbers->begin(), numbers->end());
  }
  void read(StateReader& state) {
    for (Counts* counts : {&finite_, &non_finite_, &active_, &near_linear_, &low_, &high_})
      for (std::int64_t& count : *counts) count = state.count();
    for (Numbers* numbers : {&largest_input_, &smallest_output_, &input_mean_, &input_deviations_,
                             &output_mean_, &output_deviations_})
      for (double& number : *numbers) number = state.number();
  }

 private:
  Counts finite_, non_finite_, active_, near_linear_, low_, high_;
  Numbers largest_input_, smallest_output_;
  Numbers input_mean_, input_deviations_, output_mean_, output_deviations_;

  static std::size_t at(Index unit) noexcept { return static_cast<std::size_t>(unit); }
  static void raise(double& largest, double x) noexcept { largest = x > largest ? x : largest; }
  static void lower(double& smallest, double x) noexcept { smallest = x < smallest ? x : smallest; }

  void add_moments(std::size_t i, Index n, Numbers& mean, Numbers& deviations, double pivot,
                   double sum, double sum_of_squares) const noexcept {
    Moments moments{mean[i], deviations[i]};
    moments.add(finite_[i], n, pivot, sum, sum_of_squares);
    mean[i] = moments.mean;
    deviations[i] = moments.squared_deviations;
  }

  /// The same for as many units as V has lanes. Through arrays of its own, which nothing else
  /// refers to, so that the loop becomes vector code.
  template <class V>
  void add_moments(std::size_t unit, std::size_t skip, Index n, Numbers& mean, Numbers& deviations,
                   const typename LaneTotals<V>::Lanes& pivots,
                   const typename LaneTotals<V>::Lanes& sums,
                   const typename LaneTotals<V>::Lanes& squares) const noexcept {
    std::array<double, V::size> means, all_deviations, counts;
    std::memcpy(means.data(), mean.data() + unit, sizeof means);
    std::memcpy(all_deviations.data(), deviations.data() + unit, sizeof all_deviations);
    for (std::size_t i = 0; i < V::size; ++i) counts[i] = static_cast<double>(finite_[unit + i]);
    const double count = static_cast<double>(n);
    for (std::size_t i = 0; i < V::size; ++i) {
      Moments moments{means[i], all_deviations[i]};
      moments.add_some(counts[i], count, static_cast<double>(pivots[i]),
                       static_cast<double>(sums[i]), static_cast<double>(squares[i]));
      means[i] = moments.mean;
      all_deviations[i] = moments.squared_deviations;
    }
    std::memcpy(mean.data() + unit + skip, means.data() + skip, (V::size - skip) * sizeof(double));
    std::memcpy(deviations.data() + unit + skip, all_deviations.data() + skip,
                (V::size - skip) * sizeof(double));
  }

  void add_counts(std::size_t i, const ElementCounts<Index>& counts) noexcept {
    active_[i] += counts.active;
    near_linear_[i] += counts.near_linear;
    low_[i] += counts.low;
    high_[i] += counts.high;
  }

  template <class LaneCounts>
  static void add_to(Counts& counts, std::size_t unit, std::size_t skip,
                     const LaneCounts& lanes) noexcept {
    for (std::size_t i = skip; i < lanes.size(); ++i)
      counts[unit + i] += static_cast<std::int64_t>(lanes[i]);
  }

  /// Halves onto each other: vector code, whose order does not depend on the compiler.
  template <class T, std::size_t Size, class Combine>
  static T folded(const std::array<T, Size>& lanes, const Combine& combine) noexcept {
    if constexpr (Size == 1) {
      return lanes[0];
    } else {
      std::array<T, Size / 2> half;
      for (std::size_t i = 0; i < Size / 2; ++i) half[i] = combine(lanes[i], lanes[i + Size / 2]);
      return folded(half, combine);
    }
  }
  template <class LaneCounts>
  static Index sum(const LaneCounts& lanes) noexcept {
    return static_cast<Index>(folded(lanes, [](auto a, auto b) { return a + b; }));
  }
  template <class Lanes>
  static double sum_of(const Lanes& lanes) noexcept {
    std::array<double, std::tuple_size_v<Lanes>> wide;
    for (std::size_t i = 0; i < wide.size(); ++i) wide[i] = static_cast<double>(lanes[i]);
    return folded(wide, [](double a, double b) { return a + b; });
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
