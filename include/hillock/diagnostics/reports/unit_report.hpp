#pragma once

#include <hillock/diagnostics/reports/statistics.hpp>
#include <hillock/diagnostics/reports/text.hpp>

#include <optional>
#include <ostream>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What a monitor tells: every unit, and the layer they form.
struct UnitReport {
  std::vector<UnitStatistics> units;
  UnitStatistics layer;
  std::int64_t dead_units = 0;
  std::int64_t samples = 0;  ///< of the layer: one has an element for every unit
  /// Samples whose outputs, which are the inputs of the next layer, have no two signs.
  std::int64_t coherent_samples = 0;
  double tau = diagnostics::default_tau;
  double tolerance = 0;
  /// What took the place of tau in the monitor's options, if something did.
  std::optional<diagnostics::SaturationRange> range = std::nullopt;
  double largest_slope = 1;  ///< the maximum of |f'|
  bool low_side_is_inactive = false;
  bool saturates_high = false;  ///< whether there is a side to be saturated on

  double dead_fraction() const noexcept {
    return diagnostics::share(dead_units, static_cast<std::int64_t>(units.size()));
  }
  double saturated_low_fraction() const noexcept { return layer.saturated_low_fraction(); }
  double saturated_high_fraction() const noexcept { return layer.saturated_high_fraction(); }
  double near_linear_fraction() const noexcept { return layer.near_linear_fraction(); }
  double non_finite_fraction() const noexcept {
    return diagnostics::share(layer.non_finite, layer.samples());
  }
  double mean_output() const noexcept { return layer.mean_output(); }
  /// Where it is 1, every gradient of a next unit's weights has components of one sign. NaN where
  /// no element was finite.
  double sign_coherence() const noexcept {
    return diagnostics::share(coherent_samples, layer.finite == 0 ? 0 : samples);
  }
  /// |mean output| in its standard deviations: near 0 is centred.
  double off_centre() const noexcept {
    return diagnostics::quotient(std::abs(layer.mean_output()), std::sqrt(layer.output_variance()));
  }
  /// The variance of a unit over the samples, averaged over the units: what of the pre-activations
  /// (outputs) tells one sample from another.
  double input_signal() const noexcept { return signal(&UnitStatistics::input); }
  double output_signal() const noexcept { return signal(&UnitStatistics::output); }
  /// The share of units that are active on fewer than `share` of their samples, dead ones included.
  double rarely_active_fraction(double share) const noexcept {
    std::int64_t count = 0;
    for (const UnitStatistics& unit : units)
      if (unit.finite > 0 && unit.activity() < share) ++count;
    return diagnostics::share(count, static_cast<std::int64_t>(units.size()));
  }
  /// Whether every unit shows the same as the first: the units of a layer that starts at equal
  /// weights stay equal.
  bool units_are_equal() const noexcept {
    if (units.size() < 2 || units[0].finite == 0) return false;
    for (const UnitStatistics& unit : units) {
      const bool is_equal = unit.finite == units[0].finite && unit.active == units[0].active &&
                            unit.largest_input == units[0].largest_input &&
                            is_close(unit.input, units[0].input);
      if (!is_equal) return false;
    }
    return true;
  }

  /// A line per unit, under a header. Numbers that are not finite are empty.
  [[nodiscard]] std::string to_csv() const {
    std::string text = record_of(0, UnitStatistics()).csv_header();
    for (std::size_t i = 0; i < units.size(); ++i) text += record_of(i, units[i]).csv();
    return text;
  }
  /// An array of objects, one per unit. Numbers that are not finite are null.
  [[nodiscard]] std::string to_json() const {
    std::vector<std::string> items;
    for (std::size_t i = 0; i < units.size(); ++i) items.push_back(record_of(i, units[i]).json());
    return diagnostics::json_array(items);
  }

  friend std::ostream& operator<<(std::ostream& out, const UnitReport& report) {
    using diagnostics::percent;
    using diagnostics::rounded_text;
    const UnitStatistics& all = report.layer;
    std::string text = std::to_string(report.units.size()) + " units, " +
                       std::to_string(all.samples()) + " elements\n";
    const auto line = [&text](const char* name, const std::string& what) {
      text +=
          std::string("  ") + name + std::string(16 - std::string(name).size(), ' ') + what + '\n';
    };
    line("non-finite", percent(report.non_finite_fraction()) + " (" +
                           std::to_string(all.non_finite) + " elements)");
    line("dead",
         percent(report.dead_fraction()) + " (" + std::to_string(report.dead_units) + " units)");
    constexpr std::int64_t shown = 10;
    std::int64_t dead = 0;
    for (std::size_t i = 0; i < report.units.size(); ++i) {
      const UnitStatistics& unit = report.units[i];
      if (!unit.is_dead() || ++dead > shown) continue;
      text += "    unit " + std::to_string(i) + ": 0 of " + std::to_string(unit.finite) +
              " samples active, so below " + percent(unit.activity_bound()) +
              " at 95 % confidence; largest input " + rounded_text(unit.largest_input) + '\n';
    }
    if (dead > shown) text += "    and " + std::to_string(dead - shown) + " more\n";
    line(report.low_side_is_inactive ? "inactive" : "saturated low",
         percent(report.saturated_low_fraction()) +
             (report.low_side_is_inactive ? " (about half is healthy)" : ""));
    line("saturated high",
         percent(report.saturated_high_fraction()) + "  (|f'| < " + rounded_text(report.tau) + ")");
    line("near linear", percent(report.near_linear_fraction()));
    line("mean input", rounded_text(all.mean_input()) + ", standard deviation " +
                           rounded_text(std::sqrt(all.input_variance())));
    line("mean output", rounded_text(all.mean_output()) + ", standard deviation " +
                            rounded_text(std::sqrt(all.output_variance())));
    line("one sign",
         percent(report.sign_coherence()) + " of " + std::to_string(report.samples) + " samples");
    return out << text;
  }

 private:
  static bool is_close(const diagnostics::Moments& a, const diagnostics::Moments& b) noexcept {
    const auto are_close = [](double x, double y) {
      return std::abs(x - y) <= 1e-9 * (std::abs(x) + std::abs(y));
    };
    return are_close(a.mean(), b.mean()) && are_close(a.variance(), b.variance());
  }

  double signal(diagnostics::Moments UnitStatistics::*moments) const noexcept {
    double mean = layer.finite == 0 ? std::numeric_limits<double>::quiet_NaN() : 0;
    for (const UnitStatistics& unit : units)
      if (unit.finite > 0)
        mean += (unit.*moments).variance() * diagnostics::share(unit.finite, layer.finite);
    return mean;
  }

  static diagnostics::Record record_of(std::size_t i, const UnitStatistics& unit) {
    return diagnostics::Record()
        .add("unit", static_cast<std::int64_t>(i))
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
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
