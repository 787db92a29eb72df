// The counters of every unit of a layer, as arrays along which batches of totals are added.
//
// They are doubles all, counts too, which are exact up to 2^53: then batches of one kind do it.
#pragma once

#include <hillock/diagnostics/lanes.hpp>
#include <hillock/diagnostics/state.hpp>
#include <hillock/diagnostics/statistics.hpp>

#include <algorithm>
#include <array>
#include <type_traits>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

class Tallies {
  using Index = Eigen::Index;
  using Numbers = std::vector<double>;

 public:
  explicit Tallies(std::size_t units)
      : largest_input_(units, -std::numeric_limits<double>::infinity()),
        smallest_output_(units, std::numeric_limits<double>::infinity()) {
    for (Numbers* numbers : {&finite_, &non_finite_, &active_, &near_linear_, &low_, &high_,
                             &input_mean_, &input_deviations_, &output_mean_, &output_deviations_})
      numbers->resize(units);
  }

  std::size_t units() const noexcept { return finite_.size(); }
  bool has_seen(Index unit) const noexcept { return finite_[at(unit)] > 0; }
  double input_mean(Index unit) const noexcept { return input_mean_[at(unit)]; }
  double output_mean(Index unit) const noexcept { return output_mean_[at(unit)]; }

  UnitStatistics unit(std::size_t i) const noexcept {
    UnitStatistics statistics;
    statistics.finite = count(finite_[i]);
    statistics.non_finite = count(non_finite_[i]);
    statistics.active = count(active_[i]);
    statistics.near_linear = count(near_linear_[i]);
    statistics.saturated_low = count(low_[i]);
    statistics.saturated_high = count(high_[i]);
    statistics.largest_input = largest_input_[i];
    statistics.smallest_output = smallest_output_[i];
    statistics.input = {input_mean_[i], input_deviations_[i]};
    statistics.output = {output_mean_[i], output_deviations_[i]};
    return statistics;
  }

  void set(std::size_t i, const UnitStatistics& statistics) noexcept {
    finite_[i] = static_cast<double>(statistics.finite);
    non_finite_[i] = static_cast<double>(statistics.non_finite);
    active_[i] = static_cast<double>(statistics.active);
    near_linear_[i] = static_cast<double>(statistics.near_linear);
    low_[i] = static_cast<double>(statistics.saturated_low);
    high_[i] = static_cast<double>(statistics.saturated_high);
    largest_input_[i] = statistics.largest_input;
    smallest_output_[i] = statistics.smallest_output;
    input_mean_[i] = statistics.input.mean;
    input_deviations_[i] = statistics.input.squared_deviations;
    output_mean_[i] = statistics.output.mean;
    output_deviations_[i] = statistics.output.squared_deviations;
  }

  /// The means so far of unit `first` and its neighbours, if each of them has one.
  template <class V>
  HILLOCK_INLINE bool read_means(Index first, V& input, V& output) const noexcept {
    using D = simd::Batch<double, typename V::arch>;
    const std::size_t unit = at(first);
    for (std::size_t i = 0; i < V::size; i += D::size)
      if (any(D::load(&finite_[unit + i]) <= D(0))) return false;
    input = narrow<V>(input_mean_, unit);
    output = narrow<V>(output_mean_, unit);
    return true;
  }

  /// Lane i of `totals`, n[i] elements about the pivots, to unit `first` + i.
  template <bool BySign, class V, class F>
  HILLOCK_INLINE void add_lanes(const Judge<F>& judge, Index first, V n,
                                const LaneTotals<V>& totals, V input_pivot,
                                V output_pivot) noexcept {
    const ElementCounts<V> counts = counts_of<BySign>(judge, n, totals);
    const auto finite = widened(n);
    const auto active = widened(counts.active), near_linear = widened(counts.near_linear);
    const auto low = widened(counts.low), high = widened(counts.high);
    const auto largest_input = widened(totals.largest_input);
    const auto smallest_output = widened(totals.smallest_output);
    const auto x_pivot = widened(input_pivot), y_pivot = widened(output_pivot);
    const auto x_sum = widened(totals.input), x_squares = widened(totals.input_squares);
    const auto y_sum = widened(totals.output), y_squares = widened(totals.output_squares);
    using D = std::decay_t<decltype(finite[0])>;
    for (std::size_t part = 0; part < finite.size(); ++part) {
      const std::size_t i = at(first) + part * D::size;
      const auto update = [i](Numbers& numbers, const auto& change) {
        change(D::load(&numbers[i])).store(&numbers[i]);
      };
      const auto add = [&](Numbers& numbers, D term) {
        update(numbers, [&](D sum) { return sum + term; });
      };
      const D before = D::load(&finite_[i]);
      add(finite_, finite[part]);
      add(active_, active[part]);
      add(near_linear_, near_linear[part]);
      add(low_, low[part]);
      add(high_, high[part]);
      update(largest_input_, [&](D x) { return not_below(x, largest_input[part]); });
      update(smallest_output_, [&](D y) { return not_above(y, smallest_output[part]); });
      // A lane that is left out may have nothing before it: 0 / 0.
      const D inverse = D(1) / not_below(before + finite[part], D(1));
      const auto add_moments = [&](Numbers& mean, Numbers& deviations, D pivot, D sum, D squares) {
        BasicMoments<D> moments{D::load(&mean[i]), D::load(&deviations[i])};
        moments.add(before, finite[part], inverse, pivot, sum, squares);
        moments.mean.store(&mean[i]);
        moments.squared_deviations.store(&deviations[i]);
      };
      add_moments(input_mean_, input_deviations_, x_pivot[part], x_sum[part], x_squares[part]);
      add_moments(output_mean_, output_deviations_, y_pivot[part], y_sum[part], y_squares[part]);
    }
  }

  /// All lanes of `totals`, n elements together, to one unit.
  template <bool BySign, class V, class F>
  void add_sum(const Judge<F>& judge, Index unit, Index n, const LaneTotals<V>& totals,
               double input_pivot, double output_pivot) noexcept {
    const std::size_t i = at(unit);
    const auto count = static_cast<double>(n);
    const double high = sum_of(totals.high);
    const ElementCounts<double> counts =
        BySign ? judge.counts(count, high)
               : ElementCounts<double>{sum_of(totals.active), sum_of(totals.near_linear),
                                       sum_of(totals.low), high};
    active_[i] += counts.active;
    near_linear_[i] += counts.near_linear;
    low_[i] += counts.low;
    high_[i] += counts.high;
    raise(largest_input_[i],
          folded(totals.largest_input, [](auto a, auto b) { return a > b ? a : b; }));
    lower(smallest_output_[i],
          folded(totals.smallest_output, [](auto a, auto b) { return a < b ? a : b; }));
    add_moments(i, count, input_mean_, input_deviations_, input_pivot, sum_of(totals.input),
                sum_of(totals.input_squares));
    add_moments(i, count, output_mean_, output_deviations_, output_pivot, sum_of(totals.output),
                sum_of(totals.output_squares));
    finite_[i] += count;
  }

  template <class F>
  void add_element(const Judge<F>& judge, Index unit, double x, double y,
                   double derivative) noexcept {
    const std::size_t i = at(unit);
    if (!is_finite(x) || !is_finite(y)) {
      non_finite_[i] += 1;
      return;
    }
    const double slope = std::abs(derivative);
    if (judge.is_active(slope)) active_[i] += 1;
    if (judge.is_near_linear(slope)) near_linear_[i] += 1;
    if (judge.is_low(x, slope)) low_[i] += 1;
    if (judge.is_high(x, slope)) high_[i] += 1;
    raise(largest_input_[i], x);
    lower(smallest_output_[i], y);
    add_moments(i, 1, input_mean_, input_deviations_, x, 0, 0);
    add_moments(i, 1, output_mean_, output_deviations_, y, 0, 0);
    finite_[i] += 1;
  }

  void merge(const Tallies& other) noexcept {
    for (std::size_t i = 0; i < units(); ++i) {
      UnitStatistics both = unit(i);
      both.merge(other.unit(i));
      set(i, both);
    }
  }

  /// Whether an output of any unit ever was below 0.
  bool has_negative_output() const noexcept {
    return std::any_of(smallest_output_.begin(), smallest_output_.end(),
                       [](double y) { return y < 0; });
  }

  void write(MonitorState& state) const {
    for (const Numbers* counts : {&finite_, &non_finite_, &active_, &near_linear_, &low_, &high_})
      for (const double each : *counts) state.integers.push_back(count(each));
    for (const Numbers* numbers : {&largest_input_, &smallest_output_, &input_mean_,
                                   &input_deviations_, &output_mean_, &output_deviations_})
      state.numbers.insert(state.numbers.end(), numbers->begin(), numbers->end());
  }
  void read(StateReader& state) {
    for (Numbers* counts : {&finite_, &non_finite_, &active_, &near_linear_, &low_, &high_})
      for (double& each : *counts) each = static_cast<double>(state.count());
    for (Numbers* numbers : {&largest_input_, &smallest_output_, &input_mean_, &input_deviations_,
                             &output_mean_, &output_deviations_})
      for (double& number : *numbers) number = state.number();
  }

 private:
  Numbers finite_, non_finite_, active_, near_linear_, low_, high_;
  Numbers largest_input_, smallest_output_;
  Numbers input_mean_, input_deviations_, output_mean_, output_deviations_;

  static std::size_t at(Index unit) noexcept { return static_cast<std::size_t>(unit); }
  static std::int64_t count(double number) noexcept { return static_cast<std::int64_t>(number); }
  static void raise(double& largest, double x) noexcept { largest = x > largest ? x : largest; }
  static void lower(double& smallest, double x) noexcept { smallest = x < smallest ? x : smallest; }

  template <bool BySign, class V, class F>
  static HILLOCK_INLINE ElementCounts<V> counts_of(const Judge<F>& judge, V n,
                                                   const LaneTotals<V>& totals) noexcept {
    if constexpr (BySign)
      return judge.counts(n, totals.high);
    else
      return {totals.active, totals.near_linear, totals.low, totals.high};
  }

  template <class V>
  static HILLOCK_INLINE V narrow(const Numbers& numbers, std::size_t i) noexcept {
    using D = simd::Batch<double, typename V::arch>;
    if constexpr (std::is_same_v<V, D>)
      return D::load(&numbers[i]);
    else
      return narrowed(D::load(&numbers[i]), D::load(&numbers[i + D::size]));
  }

  void add_moments(std::size_t i, double n, Numbers& mean, Numbers& deviations, double pivot,
                   double sum, double sum_of_squares) const noexcept {
    Moments moments{mean[i], deviations[i]};
    moments.add(finite_[i], n, 1 / (finite_[i] + n), pivot, sum, sum_of_squares);
    mean[i] = moments.mean;
    deviations[i] = moments.squared_deviations;
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
