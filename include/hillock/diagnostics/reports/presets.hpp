// The rules of other tools, for comparison. Each rule has the options to observe with, and
// evaluates the report:
//
//   const hillock::presets::Rule rule = hillock::presets::sagemaker_dead_relu();
//   hillock::UnitMonitor monitor(hillock::relu, units, hillock::Per::row, rule.monitor);
//   ...
//   const hillock::presets::RuleResult result = rule.evaluate(monitor.report());
//
// Those tools evaluate a rule for one batch; a monitor's report covers everything that it observed.
// A rule is not applicable to a report that was observed with other options than it requires:
// result.not_applicable says why.
#pragma once

#include <hillock/diagnostics/reports/unit_report.hpp>

#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace presets {

/// The result of a rule for a report.
struct RuleResult {
  std::int64_t units = 0;  ///< that the rule counts
  double share = 0;        ///< of the units; for an elementwise rule, of the elements
  bool fires = false;
  /// The reason why the rule is not applicable to the report; empty if it is. Then `units` is 0,
  /// `share` is NaN and the rule does not fire.
  std::string not_applicable = {};

  bool is_applicable() const noexcept { return not_applicable.empty(); }
};

/// The option of the monitor on which a rule depends: none, the tolerance, or the range.
enum class Basis { outputs, activity, range };

/// A rule: its thresholds, which may be changed, and the function that evaluates a report.
struct Rule {
  const char* name;
  MonitorOptions monitor;
  /// The share of samples at which a unit counts; each rule says on which side of it.
  double unit_threshold;
  /// The rule fires if the share of units (of elements) is above this.
  double layer_threshold;
  Basis basis;
  RuleResult (*evaluation)(const Rule& rule, const UnitReport& report);

  /// Evaluates a report, or says why the rule is not applicable to it.
  [[nodiscard]] RuleResult evaluate(const UnitReport& report) const {
    std::string not_applicable = reason_against(report);
    if (not_applicable.empty()) return evaluation(*this, report);
    return {0, std::numeric_limits<double>::quiet_NaN(), false, std::move(not_applicable)};
  }

 private:
  using Range = std::optional<diagnostics::SaturationRange>;

  HILLOCK_NOINLINE std::string reason_against(const UnitReport& report) const {
    using diagnostics::internal::all_digits;
    using diagnostics::internal::joined;
    if (report.layer.finite == 0) return "the report has no finite sample";
    if (basis == Basis::activity && report.tolerance != monitor.tolerance)
      return joined({"the report was observed with the tolerance ", all_digits(report.tolerance),
                     ", expected ", all_digits(monitor.tolerance)});
    if (basis == Basis::range && !is_same(report.range, monitor.range))
      return joined({"the report was observed with ", text_of(report.range), ", expected ",
                     text_of(monitor.range)});
    return {};
  }
  static bool is_same(const Range& a, const Range& b) noexcept {
    if (!a || !b) return !a && !b;
    return a->low == b->low && a->high == b->high;
  }
  static std::string text_of(const Range& range) {
    using diagnostics::internal::all_digits;
    if (!range) return "no range";
    return diagnostics::internal::joined(
        {"the range ", all_digits(range->low), " to ", all_digits(range->high)});
  }
};

/// Counts the units for which counts(unit) is true.
template <class Counts>
RuleResult count_units(const UnitReport& report, const Counts& counts) {
  RuleResult result;
  for (const UnitStatistics& unit : report.units) result.units += counts(unit);
  result.share =
      diagnostics::internal::share(result.units, static_cast<std::int64_t>(report.units.size()));
  return result;
}

/// Amazon SageMaker Debugger, DeadRelu: a unit is dead if it is active on less than
/// threshold_inactivity = 1 % of the samples; the rule fires if more than threshold_layer = 50 % of
/// the units are dead.
inline Rule sagemaker_dead_relu() {
  return {"SageMaker dead_relu",
          {},
          0.01,
          0.5,
          Basis::activity,
          [](const Rule& rule, const UnitReport& report) {
            RuleResult result = count_units(report, [&](const UnitStatistics& unit) {
              return unit.finite > 0 && unit.activity() < rule.unit_threshold;
            });
            result.fires = result.share > rule.layer_threshold;
            return result;
          }};
}

/// Amazon SageMaker Debugger, SaturatedActivation, for a given range: a unit is saturated if its
/// input is inside the range on less than threshold_inactivity = 1 % of the samples; the rule fires
/// if more than threshold_layer = 50 % of the units are saturated.
inline Rule sagemaker_saturated(const char* name, double low, double high) {
  MonitorOptions monitor;
  monitor.range = diagnostics::SaturationRange{low, high};
  return {name, monitor, 0.01, 0.5, Basis::range, [](const Rule& rule, const UnitReport& report) {
            RuleResult result = count_units(report, [&](const UnitStatistics& unit) {
              return unit.finite > 0 && diagnostics::internal::share(
                                            unit.finite - unit.saturated_low - unit.saturated_high,
                                            unit.finite) < rule.unit_threshold;
            });
            result.fires = result.share > rule.layer_threshold;
            return result;
          }};
}
/// The rule for tanh: saturated below -9.4999 and above 9.4999.
inline Rule sagemaker_saturated_tanh() {
  return sagemaker_saturated("SageMaker saturated_activation (tanh)", -9.4999, 9.4999);
}
/// The rule for the sigmoid: saturated below -23 and above 16.99999.
inline Rule sagemaker_saturated_sigmoid() {
  return sagemaker_saturated("SageMaker saturated_activation (sigmoid)", -23, 16.99999);
}

/// keras-contrib, DeadReluDetector: a unit is dead if its outputs over the whole training set add
/// up to 0; the rule fires if at least 10 % of the units are dead. (Its verbose mode warns of any
/// dead unit: result.units > 0.)
inline Rule keras_dead_relu_detector() {
  return {"keras-contrib DeadReluDetector",
          {},
          0,
          0.1,
          Basis::outputs,
          [](const Rule& rule, const UnitReport& report) {
            RuleResult result = count_units(report, [](const UnitStatistics& unit) {
              // The tool expects outputs that are not negative. For outputs of both signs a mean of
              // 0 does not mean that a unit is dead.
              return unit.finite > 0 && unit.smallest_output >= 0 && unit.mean_output() == 0;
            });
            result.fires = result.share >= rule.layer_threshold;
            return result;
          }};
}

/// A. Karpathy, makemore: shows elements with |tanh(x)| > 0.97 in white. A unit that is white on
/// every sample is dead, and the rule fires if there is one.
inline Rule makemore_tanh() {
  const double edge = std::atanh(0.97);
  MonitorOptions monitor;
  monitor.range = diagnostics::SaturationRange{-edge, edge};
  return {"makemore |tanh| > 0.97",
          monitor,
          1,
          0,
          Basis::range,
          [](const Rule& rule, const UnitReport& report) {
            RuleResult result = count_units(report, [&](const UnitStatistics& unit) {
              return unit.finite > 0 &&
                     diagnostics::internal::share(unit.saturated_low + unit.saturated_high,
                                                  unit.finite) >= rule.unit_threshold;
            });
            result.share = report.saturated_low_fraction() + report.saturated_high_fraction();
            result.fires = result.units > 0;
            return result;
          }};
}

}  // namespace presets
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
