// The results of the monitors of units after batches of several layouts and a merge: report, CSV,
// JSON and state.
#pragma once

#include <bits/axis.hpp>

#include <hillock/diagnostics.hpp>

#include <sstream>

namespace bit_record {

using hillock::MonitorOptions;
using hillock::MonitorState;
using hillock::UnitMonitor;
using hillock::UnitReport;

template <class Report>
std::string text_of_report(const Report& report) {
  std::ostringstream text;
  text << report;
  return text.str();
}

inline void add_state(Checksum& sum, const MonitorState& state) {
  sum.add_bits(state.integers.size());
  for (const std::int64_t integer : state.integers)
    sum.add_bits(static_cast<std::uint64_t>(integer));
  sum.add_numbers(state.numbers);
}

inline std::uint64_t checksum_of_text(const std::string& text) {
  Checksum sum;
  sum.add_text(text);
  return sum.value();
}

inline std::uint64_t checksum_of_state(const MonitorState& state) {
  Checksum sum;
  add_state(sum, state);
  return sum.value();
}

/// Pre-activations of units, each of which is of one kind: ordinary, dead, saturated high, partly
/// not finite, nearly linear, constant, large, never finite.
template <class T>
Array<T> units_of(Per units_are, Index units, Index samples, std::uint64_t seed) {
  using F = Format<T>;
  const bool are_rows = units_are == Per::row;
  const Shape shape = are_rows ? Shape{units, samples} : Shape{samples, units};
  return made_of_vectors<T>(shape, !are_rows, [&](Index unit, Index sample, Index) {
    const auto index =
        0x50000000u + seed * 1000003 + static_cast<std::uint64_t>(unit * 4096 + sample);
    const T ordinary = random_number<T>(index, -3, 1);
    switch (unit % 9) {
      case 1:
        return F::from_bits(
            static_cast<typename F::Bits>(F::sign | F::to_bits(random_number<T>(index, 3, 6))));
      case 2:
        return F::from_bits(static_cast<typename F::Bits>(
            (F::sign - 1) & F::to_bits(random_number<T>(index, 3, 5))));
      case 3:
        return mixed(index) % 4 == 0 ? special_numbers<T>()[mixed(index) / 8 % 12] : ordinary;
      case 4:
        return random_number<T>(index, -12, -5);
      case 5:
        return T(-0.75);
      case 6:
        return random_number<T>(index, F::bias / 2, F::bias);
      case 7:
        return F::from_bits(F::nan);
      default:
        return ordinary;
    }
  });
}

/// A monitor that has seen batches in column-major and row-major order and blocks, merged with one
/// that has seen another, and its copy made from a state, which must say the same.
template <class T, class F>
UnitMonitor<F> monitor_that_observed(const F& f, Per per, Index units,
                                     const MonitorOptions& options) {
  UnitMonitor<F> monitor(f, units, per, options), other(f, units, per, options);
  monitor.observe(units_of<T>(per, units, 50, 1));
  monitor.observe(RowMajorArray<T>(units_of<T>(per, units, 131, 2)));
  monitor.observe(units_of<T>(per, units, 1, 3));
  other.observe(RowMajorArray<T>(units_of<T>(per, units, 3, 4)));
  other.observe(units_of<T>(per, units, 700, 5));
  monitor.merge(other);
  return monitor;
}

template <class F>
void add_monitor(Results& results, const std::string& line, const F& f,
                 const UnitMonitor<F>& monitor) {
  const UnitReport report = monitor.report();
  const auto add_part = [&](const char* part, std::uint64_t checksum) {
    results.add(Scope::instruction_set, "fast", line, part, checksum);
  };
  add_part("text", checksum_of_text(text_of_report(report)));
  add_part("CSV", checksum_of_text(report.to_csv()));
  add_part("JSON", checksum_of_text(report.to_json()));
  const MonitorState state = monitor.state();
  add_part("state", checksum_of_state(state));
  Checksum numbers;
  for (const double number :
       {report.dead_fraction(), report.saturated_low_fraction(), report.saturated_high_fraction(),
        report.near_linear_fraction(), report.non_finite_fraction(), report.mean_output(),
        report.sign_coherence(), report.off_centre(), report.input_signal(), report.output_signal(),
        report.rarely_active_fraction(0.25), report.largest_slope})
    numbers.add_number(number);
  numbers.add_bits(report.units_are_equal());
  numbers.add_bits(static_cast<std::uint64_t>(report.coherent_samples));
  add_part("numbers", numbers.value());
  results.require_equal(line, "made from its state", checksum_of_state(state),
                        checksum_of_state(UnitMonitor<F>(f, state).state()));
}

/// Few units (less than a batch of lanes has) and many, as rows and as columns.
template <class T, class F>
void add_monitors_of(Results& results, const std::string& function, const F& f,
                     const MonitorOptions& options = {}) {
  for (const Per per : {Per::row, Per::column}) {
    for (const Index units : {Index{2}, Index{41}}) {
      const std::string line = "UnitMonitor(" + function + ',' + name_of(per) + ',' +
                               std::to_string(units) + ") " + Format<T>::name + " report";
      add_monitor(results, line, f, monitor_that_observed<T>(f, per, units, options));
    }
  }
}

/// The shares of one array, for several thresholds.
template <class T, class F>
void add_fractions(Results& results, const std::string& function, const F& f) {
  Checksum sum;
  const Array<T> z = units_of<T>(Per::row, 19, 83, 11);
  for (const double tau : {0.005, 0.05, 0.2}) sum.add_number(saturated_fraction(f, z, tau));
  for (const double tolerance : {0.0, 0.01, 0.1})
    for (const Per per : {Per::row, Per::column})
      sum.add_number(dead_fraction(f, z, per, tolerance));
  results.add(Scope::instruction_set, "fast",
              "fractions(" + function + ") " + Format<T>::name + " numbers", "", sum.value());
}

template <class T, class F>
void add_diagnostics_of(Results& results, const std::string& function, const F& f) {
  add_monitors_of<T>(results, function, f);
  add_fractions<T>(results, function, f);
}

template <class T>
void add_diagnostics(Results& results) {
  add_diagnostics_of<T>(results, "identity", hillock::identity);
  add_diagnostics_of<T>(results, "step", hillock::step);
  add_diagnostics_of<T>(results, "sigmoid", hillock::sigmoid);
  add_diagnostics_of<T>(results, "tanh", hillock::tanh);
  add_diagnostics_of<T>(results, "relu", hillock::relu);
  add_diagnostics_of<T>(results, "leaky_relu(0.01)", hillock::leaky_relu);
  add_diagnostics_of<T>(results, "leaky_relu(0.001)", hillock::LeakyReLU<>(0.001));
  add_diagnostics_of<T>(results, "elu(1)", hillock::elu);
  add_diagnostics_of<T>(results, "elu(-0.5)", hillock::ELU<>(-0.5));
  add_diagnostics_of<T>(results, "swish(1)", hillock::swish);
  add_diagnostics_of<T>(results, "swish(-2)", hillock::Swish<>(-2));
  add_diagnostics_of<T>(results, "prelu(0.25)", hillock::PReLU<>());
}

}  // namespace bit_record
