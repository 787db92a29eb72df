// The rules of other tools, to compare with. Each says what to watch with and judges the report:
//
//   const hillock::presets::Rule rule = hillock::presets::sagemaker_dead_relu();
//   hillock::UnitMonitor monitor(hillock::relu, units, hillock::Per::row, rule.monitor);
//   ...
//   const hillock::presets::Verdict verdict = rule.judge(monitor.report());
//
// Where these rules look at one batch, the monitor's is all that it was shown.
#pragma once

#include <hillock/diagnostics/unit_report.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace presets {

struct Verdict {
  std::int64_t units = 0;  ///< that the rule is about
  double share = 0;        ///< of the units; for an element-wise rule, of the elements
  bool fires = false;
};

/// A rule: its thresholds, which may be changed, and what it makes of a report.
struct Rule {
  const char* name;
  MonitorOptions monitor;
  /// A unit counts from this share on, or below it.
  double unit_threshold;
  /// The rule fires above this share of units (of elements).
  double layer_threshold;
  Verdict (*judgement)(const Rule& rule, const UnitReport& report);

  Verdict judge(const UnitReport& report) const { return judgement(*this, report); }
};

template <class Counts>
Verdict count_units(const UnitReport& report, const Counts& counts) {
  Verdict verdict;
  for (const UnitStatistics& unit : report.units) verdict.units += counts(unit);
  verdict.share = diagnostics::share(verdict.units, static_cast<std::int64_t>(report.units.size()));
  return verdict;
}

/// Amazon SageMaker Debugger, DeadRelu: a unit is dead that is active on less than
/// threshold_inactivity = 1 % of the samples; the rule fires where more than threshold_layer = 50 %
/// of the units are.
inline Rule sagemaker_dead_relu() {
  return {"SageMaker dead_relu", {}, 0.01, 0.5, [](const Rule& rule, const UnitReport& report) {
            Verdict verdict = count_units(report, [&](const UnitStatistics& unit) {
              return unit.finite > 0 && unit.activity() < rule.unit_threshold;
            });
            verdict.fires = verdict.share > rule.layer_threshold;
            return verdict;
          }};
}

/// Amazon SageMaker Debugger, SaturatedActivation, for a range of its choice: a unit is saturated
/// whose input is inside the range on less than threshold_inactivity = 1 % of the samples; fires
/// above threshold_layer = 50 % of the units.
inline Rule sagemaker_saturated(const char* name, double low, double high) {
  MonitorOptions monitor;
  monitor.range = diagnostics::SaturationRange{low, high};
  return {name, monitor, 0.01, 0.5, [](const Rule& rule, const UnitReport& report) {
            Verdict verdict = count_units(report, [&](const UnitStatistics& unit) {
              return unit.finite > 0 &&
                     diagnostics::share(unit.finite - unit.saturated_low - unit.saturated_high,
                                        unit.finite) < rule.unit_threshold;
            });
            verdict.fires = verdict.share > rule.layer_threshold;
            return verdict;
          }};
}
inline Rule sagemaker_saturated_tanh() {
  return sagemaker_saturated("SageMaker saturated_activation (tanh)", -9.4999, 9.4999);
}
inline Rule sagemaker_saturated_sigmoid() {
  return sagemaker_saturated("SageMaker saturated_activation (sigmoid)", -23, 16.99999);
}

/// keras-contrib, DeadReluDetector: a unit is dead whose outputs over the whole training set add up
/// to 0; warns from 10 % of the units on. (Its verbose mode warns of any: verdict.units > 0.)
inline Rule keras_dead_relu_detector() {
  return {
      "keras-contrib DeadReluDetector", {}, 0, 0.1, [](const Rule& rule, const UnitReport& report) {
        Verdict verdict = count_units(report, [](const UnitStatistics& unit) {
          return unit.finite > 0 && unit.mean_output() == 0;
        });
        verdict.fires = verdict.share >= rule.layer_threshold;
        return verdict;
      }};
}

/// A. Karpathy, makemore: elements with |tanh(x)| > 0.97, shown in white; a unit that is white on
/// every sample is dead, and the rule fires where there is one.
inline Rule makemore_tanh() {
  const double edge = std::atanh(0.97);
  MonitorOptions monitor;
  monitor.range = diagnostics::SaturationRange{-edge, edge};
  return {"makemore |tanh| > 0.97", monitor, 1, 0, [](const Rule& rule, const UnitReport& report) {
            Verdict verdict = count_units(report, [&](const UnitStatistics& unit) {
              return unit.finite > 0 && diagnostics::share(unit.saturated_low + unit.saturated_high,
                                                           unit.finite) >= rule.unit_threshold;
            });
            verdict.share = report.saturated_low_fraction() + report.saturated_high_fraction();
            verdict.fires = verdict.units > 0;
            return verdict;
          }};
}

}  // namespace presets
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
