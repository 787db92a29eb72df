#pragma once

#include <hillock/diagnostics/reports/monitor_options.hpp>
#include <hillock/diagnostics/reports/text.hpp>
#include <hillock/diagnostics/reports/unit_statistics.hpp>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// The report of a UnitMonitor: every unit, and the layer as a whole.
struct UnitReport {
  std::vector<UnitStatistics> units;
  UnitStatistics layer;
  std::int64_t dead_units = 0;
  std::int64_t samples = 0;  ///< of the layer: each has an element for every unit
  /// The number of samples whose outputs, which are the inputs of the next layer, do not have both
  /// signs.
  std::int64_t coherent_samples = 0;
  double tau = diagnostics::default_tau;
  double tolerance = 0;
  /// The range that replaces tau in the monitor's options, if there is one.
  std::optional<diagnostics::SaturationRange> range = std::nullopt;
  double largest_slope = 1;  ///< the maximum of |f'|
  /// Whether the low side is inactivity, as ReLU's is, and not saturation.
  bool low_side_is_inactive = false;
  bool saturates_high = false;  ///< whether f has a high side to be saturated on

  double dead_fraction() const noexcept {
    return diagnostics::internal::share(dead_units, static_cast<std::int64_t>(units.size()));
  }
  double saturated_low_fraction() const noexcept { return layer.saturated_low_fraction(); }
  double saturated_high_fraction() const noexcept { return layer.saturated_high_fraction(); }
  double near_linear_fraction() const noexcept { return layer.near_linear_fraction(); }
  double non_finite_fraction() const noexcept {
    return diagnostics::internal::share(layer.non_finite, layer.samples());
  }
  double mean_output() const noexcept { return layer.mean_output(); }
  /// The share of coherent samples. If it is 1, every gradient of the weights of a unit in the next
  /// layer has components of one sign. It is NaN if no element was finite.
  double sign_coherence() const noexcept {
    return diagnostics::internal::share(coherent_samples, layer.finite == 0 ? 0 : samples);
  }
  /// |mean output| in standard deviations of the outputs: near 0, the outputs are centred.
  double off_centre() const noexcept {
    return diagnostics::internal::quotient(std::abs(layer.mean_output()),
                                           std::sqrt(layer.output_variance()));
  }
  /// The variance of a unit over the samples, averaged over the units: the part of the
  /// pre-activations (of the outputs) that distinguishes samples.
  double input_signal() const noexcept { return signal(&UnitStatistics::input); }
  double output_signal() const noexcept { return signal(&UnitStatistics::output); }
  /// The share of units that are active on fewer than `share` of their samples, dead units
  /// included.
  double rarely_active_fraction(double share) const noexcept {
    std::int64_t count = 0;
    for (const UnitStatistics& unit : units)
      if (unit.finite > 0 && unit.activity() < share) ++count;
    return diagnostics::internal::share(count, static_cast<std::int64_t>(units.size()));
  }
  /// Whether every unit has the same counts and moments as the first one. Units that start with
  /// equal weights stay equal.
  HILLOCK_NOINLINE bool units_are_equal() const noexcept {
    if (units.size() < 2 || units[0].finite == 0) return false;
    for (const UnitStatistics& unit : units) {
      const bool is_equal = unit.finite == units[0].finite && unit.active == units[0].active &&
                            unit.largest_input == units[0].largest_input &&
                            is_close(unit.input, units[0].input);
      if (!is_equal) return false;
    }
    return true;
  }

  /// Returns a line per unit, under a header. Numbers that are not finite are empty.
  [[nodiscard]] HILLOCK_NOINLINE std::string to_csv() const {
    std::string text = record_of(0, UnitStatistics()).csv_header();
    for (std::size_t i = 0; i < units.size(); ++i) text += record_of(i, units[i]).csv();
    return text;
  }
  /// Returns an array of objects, one per unit. Numbers that are not finite are null.
  [[nodiscard]] HILLOCK_NOINLINE std::string to_json() const {
    std::vector<std::string> items;
    for (std::size_t i = 0; i < units.size(); ++i) items.push_back(record_of(i, units[i]).json());
    return diagnostics::internal::json_array(items);
  }

  friend std::ostream& operator<<(std::ostream& out, const UnitReport& report) {
    return out << report.text();
  }

 private:
  HILLOCK_NOINLINE std::string text() const {
    using diagnostics::internal::append;
    using diagnostics::internal::percent;
    using diagnostics::internal::rounded_text;
    std::string text;
    append(text, {static_cast<std::int64_t>(units.size()), " units, ", layer.samples(),
                  " elements\n  non-finite      ", percent(non_finite_fraction()), " (",
                  layer.non_finite, " elements)\n  dead            ", percent(dead_fraction()),
                  " (", dead_units, " units)\n"});
    append_dead_units(text);
    append(text, {low_side_is_inactive ? "  inactive        " : "  saturated low   ",
                  percent(saturated_low_fraction()),
                  low_side_is_inactive ? " (about half is healthy)" : "",
                  "\n  saturated high  ",
                  percent(saturated_high_fraction()),
                  "  (|f'| < ",
                  rounded_text(tau),
                  ")\n  near linear     ",
                  percent(near_linear_fraction()),
                  "\n  mean input      ",
                  rounded_text(layer.mean_input()),
                  ", standard deviation ",
                  rounded_text(std::sqrt(layer.input_variance())),
                  "\n  mean output     ",
                  rounded_text(layer.mean_output()),
                  ", standard deviation ",
                  rounded_text(std::sqrt(layer.output_variance())),
                  "\n  one sign        ",
                  percent(sign_coherence()),
                  " of ",
                  samples,
                  " samples\n"});
    return text;
  }

  HILLOCK_NOINLINE void append_dead_units(std::string& text) const {
    using diagnostics::internal::append;
    constexpr std::int64_t shown = 10;
    std::int64_t dead = 0;
    for (std::size_t i = 0; i < units.size(); ++i) {
      const UnitStatistics& unit = units[i];
      if (!unit.is_dead() || ++dead > shown) continue;
      append(text,
             {"    unit ", static_cast<std::int64_t>(i), ": 0 of ", unit.finite,
              " samples active, so below ", diagnostics::internal::percent(unit.activity_bound()),
              " at 95 % confidence; largest input ",
              diagnostics::internal::rounded_text(unit.largest_input), "\n"});
    }
    if (dead > shown) append(text, {"    and ", dead - shown, " more\n"});
  }

  static bool is_close(const diagnostics::Moments& a, const diagnostics::Moments& b) noexcept {
    const auto are_close = [](double x, double y) {
      return std::abs(x - y) <= 1e-9 * (std::abs(x) + std::abs(y));
    };
    return are_close(a.mean(), b.mean()) && are_close(a.variance(), b.variance());
  }

  HILLOCK_NOINLINE double signal(diagnostics::Moments UnitStatistics::*moments) const noexcept {
    double mean = layer.finite == 0 ? std::numeric_limits<double>::quiet_NaN() : 0;
    for (const UnitStatistics& unit : units) {
      if (unit.finite == 0) continue;
      const double weight = diagnostics::internal::share(unit.finite, layer.finite);
      mean += diagnostics::internal::product((unit.*moments).variance(), weight);
    }
    return mean;
  }

  static HILLOCK_NOINLINE diagnostics::internal::Record record_of(std::size_t i,
                                                                  const UnitStatistics& unit) {
    diagnostics::internal::Record record;
    record.add("unit", static_cast<std::int64_t>(i))
        .add("samples", unit.samples())
        .add("non_finite", unit.non_finite)
        .add("active", unit.active)
        .add("activity_bound",
             unit.is_dead() ? unit.activity_bound() : std::numeric_limits<double>::quiet_NaN())
        .add("saturated_low", unit.saturated_low)
        .add("saturated_high", unit.saturated_high)
        .add("near_linear", unit.near_linear)
        .add("largest_input", unit.largest_input)
        .add("smallest_output", unit.smallest_output)
        .add("mean_input", unit.mean_input())
        .add("input_variance", unit.input_variance())
        .add("mean_output", unit.mean_output())
        .add("output_variance", unit.output_variance());
    return record;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
