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
  template <class V>
  void add_lanes(Index first, std::size_t skip, Index n, const LaneTotals<V>& totals,
                 const typename LaneTotals<V>::Lanes& input_pivots,
                 const typename LaneTotals<V>::Lanes& output_pivots) noexcept {
    const std::size_t unit = at(first);
    for (std::size_t i = skip; i < V::size; ++i) {
      active_[unit + i] += static_cast<std::int64_t>(totals.active[i]);
      near_linear_[unit + i] += static_cast<std::int64_t>(totals.near_linear[i]);
      low_[unit + i] += static_cast<std::int64_t>(totals.low[i]);
      high_[unit + i] += static_cast<std::int64_t>(totals.high[i]);
      raise(largest_input_[unit + i], static_cast<double>(totals.largest_input[i]));
      lower(smallest_output_[unit + i], static_cast<double>(totals.smallest_output[i]));
    }
    for (std::size_t i = skip; i < V::size; ++i) {
      add_moments(unit + i, n, input_mean_, input_deviations_, static_cast<double>(input_pivots[i]),
                  static_cast<double>(totals.input[i]),
                  static_cast<double>(totals.input_squares[i]));
      add_moments(unit + i, n, output_mean_, output_deviations_,
                  static_cast<double>(output_pivots[i]), static_cast<double>(totals.output[i]),
                  static_cast<double>(totals.output_squares[i]));
    }
    for (std::size_t i = skip; i < V::size; ++i) finite_[unit + i] += n;
  }

  /// All lanes of `totals`, n elements together, to one unit.
  template <class V>
  void add_sum(Index unit, Index n, const LaneTotals<V>& totals, double input_pivot,
               double output_pivot) noexcept {
    const std::size_t i = at(unit);
    active_[i] += sum<std::int64_t>(totals.active);
    near_linear_[i] += sum<std::int64_t>(totals.near_linear);
    low_[i] += sum<std::int64_t>(totals.low);
    high_[i] += sum<std::int64_t>(totals.high);
    for (std::size_t lane = 0; lane < V::size; ++lane) {
      raise(largest_input_[i], static_cast<double>(totals.largest_input[lane]));
      lower(smallest_output_[i], static_cast<double>(totals.smallest_output[lane]));
    }
    add_moments(i, n, input_mean_, input_deviations_, input_pivot, sum<double>(totals.input),
                sum<double>(totals.input_squares));
    add_moments(i, n, output_mean_, output_deviations_, output_pivot, sum<double>(totals.output),
                sum<double>(totals.output_squares));
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

  template <class To, class Lanes>
  static To sum(const Lanes& lanes) noexcept {
    std::array<To, std::tuple_size_v<Lanes>> sums;
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = static_cast<To>(lanes[i]);
    for (std::size_t half = sums.size() / 2; half > 0; half /= 2)
      for (std::size_t i = 0; i < half; ++i) sums[i] += sums[i + half];
    return sums[0];
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
