// What can be wrong with a network, from what number on, and what to do about it.
#pragma once

#include <hillock/diagnostics/monitors/gradient_flow.hpp>
#include <hillock/diagnostics/monitors/maxout_monitor.hpp>
#include <hillock/diagnostics/monitors/softmax_monitor.hpp>
#include <hillock/diagnostics/reports/unit_report.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// The most serious first.
enum class Problem {
  non_finite,
  equal_units,
  dead_units,
  rarely_active,
  saturated,
  exploding_signal,
  vanishing_signal,
  exploding_gradient,
  vanishing_gradient,
  never_winning,
  saturated_softmax,
  near_linear,
  not_zero_centred,
};

inline const char* name_of(Problem problem) noexcept {
  switch (problem) {
    case Problem::non_finite:
      return "non-finite";
    case Problem::equal_units:
      return "equal units";
    case Problem::dead_units:
      return "dead units";
    case Problem::rarely_active:
      return "rarely active units";
    case Problem::saturated:
      return "saturated";
    case Problem::exploding_signal:
      return "exploding signal";
    case Problem::vanishing_signal:
      return "vanishing signal";
    case Problem::exploding_gradient:
      return "exploding gradient";
    case Problem::vanishing_gradient:
      return "vanishing gradient";
    case Problem::never_winning:
      return "never winning pieces";
    case Problem::saturated_softmax:
      return "saturated softmax";
    case Problem::near_linear:
      return "nearly linear";
    case Problem::not_zero_centred:
      return "not zero-centred";
  }
  return "";
}

/// Where the training of a network stands. Some signs are faults before the first step and health
/// later: a network that has learned is sure of itself, so its softmax is saturated, and its
/// gradients are small. They are called wrong before the first step alone; of an unknown stage, or
/// while it trains, they are worth knowing; of a trained network they are not told.
enum class Stage { unknown, before_training, training, trained };

enum class Severity {
  wrong,         ///< at whatever stage the network was said to be
  worth_knowing  ///< also seen in networks that work
};

/// One thing that is wrong with one layer, or worth knowing of it.
struct Finding {
  Problem problem;
  std::string layer;
  std::string what;
  std::string advice;
  Severity severity = Severity::wrong;
  /// 1 for the first layer of that name in the report, 2 for the second.
  std::int64_t occurrence = 1;
};

/// From what number on a report speaks up. The defaults are those of the tools that are in use, or
/// lie away from what healthy networks show, of every activation and of up to 30 layers: the
/// figures here are printed by examples/checks/healthy_networks.
struct ReportOptions {
  /// More than this share of elements is not finite.
  double non_finite = 0;
  /// More than this share of units is dead: the share above which SageMaker Debugger's dead_relu
  /// fires. Networks that learn have some: 30 layers of 64 ReLUs start with up to 34 % of a layer
  /// dead, and learn every digit of the training set.
  double dead_units = 0.5;
  /// Units active on fewer than `rare_activity` of the samples, dead ones included, are more than
  /// `rarely_active_units` of a layer: SageMaker Debugger's dead_relu has 0.01 and 0.5.
  double rare_activity = 0.05;
  double rarely_active_units = 0.5;
  /// More than this share of elements is saturated, low (unless that is inactivity) and high.
  double saturated = 0.5;
  /// From one layer to the next the variance of a unit's pre-activations over the samples grows
  /// (shrinks) more than this many times, before the first step: SageMaker Debugger's
  /// poor_weight_initialization has 10.
  double variance_ratio = 10;
  /// The gradient's norm at the first layer is more (less) than that at the last, this many times.
  double exploding_gradient = 1e3;
  double vanishing_gradient = 1e-3;
  /// Below this mean |g| at the first layer, while it is above at the last, a gradient has vanished
  /// before the first step: SageMaker Debugger's vanishing_gradient.
  double vanished_magnitude = 1e-7;
  /// More than this share of Maxout's pieces never wins. Networks of 8 layers start with up to
  /// 0.11.
  double never_winning = 0.25;
  /// More than this share of distributions is saturated before the first step.
  double saturated_softmax = 0.5;
  /// Noted: more than this share of units is dead: keras-contrib's DeadReluDetector warns from
  /// there on.
  double noted_dead_units = 0.1;
  /// Noted: more than this share of a saturating function's elements is nearly linear.
  double near_linear = 0.95;
  /// Noted: outputs of one sign on more than this share of samples, of a function that saturates on
  /// both sides.
  double one_sign = 0.95;
  /// Where training stands.
  Stage stage = Stage::unknown;
};

namespace diagnostics {

/// When a problem came up, as far as is known: that decides what helps.
enum class Origin { unknown, initial, training };

/// What helps, by when the problem came up.
inline std::string advice_for(Origin origin, const std::string& initial,
                              const std::string& in_training = "lower the learning rate") {
  switch (origin) {
    case Origin::initial:
      return initial;
    case Origin::training:
      return in_training;
    case Origin::unknown:
      break;
  }
  return initial + "; in training: " + in_training;
}

/// A layer's findings while they are collected.
class Findings {
 public:
  Findings(std::string layer, std::int64_t occurrence, Stage stage)
      : layer_(std::move(layer)), occurrence_(occurrence), stage_(stage) {}

  void wrong(Problem problem, const std::string& what, const std::string& advice) {
    add(problem, what, advice, Severity::wrong);
  }
  void note(Problem problem, const std::string& what, const std::string& advice) {
    add(problem, what, advice, Severity::worth_knowing);
  }
  /// What is wrong before the first step, and may be health later: see Stage.
  void wrong_at_first(Problem problem, const std::string& what, const std::string& advice) {
    switch (stage_) {
      case Stage::before_training:
        return wrong(problem, what, advice);
      case Stage::training:
        return note(problem, what, "nothing, as long as the network learns");
      case Stage::unknown:
        return note(
            problem, what,
            "before the first step: " + advice +
                "; of a network that has learned: nothing (ReportOptions::stage says which)");
      case Stage::trained:
        return;
    }
  }

  const std::vector<Finding>& all() const noexcept { return found_; }

 private:
  std::string layer_;
  std::int64_t occurrence_;
  Stage stage_;
  std::vector<Finding> found_;

  void add(Problem problem, const std::string& what, const std::string& advice, Severity severity) {
    found_.push_back({problem, layer_, what, advice, severity, occurrence_});
  }
};

/// What is wrong with one layer alone. `origin(problem)` says when it came up.
template <class OriginOf>
class LayerJudge {
 public:
  LayerJudge(const ReportOptions& options, const OriginOf& origin, Findings& findings)
      : options_(options), origin_(origin), findings_(findings) {}

  void operator()(const UnitReport& report) {
    non_finite(report.non_finite_fraction());
    if (report.layer.finite == 0) return;
    if (report.units_are_equal()) {
      findings_.wrong(
          Problem::equal_units,
          "all " + std::to_string(report.units.size()) + " units do the same on every sample",
          "draw the initial weights at random (He for ReLU, Glorot for tanh): units that start "
          "equal stay equal");
      return;  // the rest follows from it
    }
    inactivity(report);
    saturation(report);
    if (report.near_linear_fraction() > options_.near_linear && saturates(report)) {
      findings_.note(Problem::near_linear,
                     percent(report.near_linear_fraction()) +
                         " of the elements are where the function is a straight line",
                     "larger initial weights, or do without the layer");
    }
    if (report.sign_coherence() > options_.one_sign && saturates(report) &&
        report.layer.saturated_low_fraction() < 1 && report.layer.smallest_output >= 0) {
      findings_.note(Problem::not_zero_centred,
                     "outputs of one sign on " + percent(report.sign_coherence()) +
                         " of the samples, " + rounded_text(report.off_centre()) +
                         " standard deviations from 0",
                     "tanh instead of sigmoid: all weight gradients of a next unit have one sign");
    }
  }

  void operator()(const MaxoutReport& report) {
    non_finite(report.non_finite_fraction());
    if (report.never_winning_fraction() > options_.never_winning) {
      findings_.wrong(Problem::never_winning,
                      percent(report.never_winning_fraction()) + " of the pieces win on no sample",
                      advice_for(origin_(Problem::never_winning),
                                 "one bias for all pieces, random weights, or fewer pieces",
                                 "lower the learning rate, or take fewer pieces"));
    }
  }

  void operator()(const SoftmaxReport& report) {
    non_finite(report.non_finite_fraction());
    if (report.saturated_fraction() > options_.saturated_softmax) {
      findings_.wrong_at_first(Problem::saturated_softmax,
                               percent(report.saturated_fraction()) +
                                   " of the distributions have p (1 - p) < " +
                                   rounded_text(report.tau) + " for their winner",
                               "smaller initial weights of the last layer");
    }
  }

 private:
  const ReportOptions& options_;
  const OriginOf& origin_;
  Findings& findings_;

  static bool saturates(const UnitReport& report) noexcept {
    return !report.low_side_is_inactive && report.saturates_high;
  }

  void non_finite(double fraction) {
    if (!(fraction > options_.non_finite)) return;
    findings_.wrong(
        Problem::non_finite, percent(fraction) + " of the elements are NaN or infinite",
        advice_for(origin_(Problem::non_finite), "smaller initial weights, inputs without NaN"));
  }

  void inactivity(const UnitReport& report) {
    const double dead = report.dead_fraction();
    const double rare = report.rarely_active_fraction(options_.rare_activity);
    // How far the pre-activations lie below 0: a bias, not bad luck.
    const double below = quotient(-report.layer.mean_input(), std::sqrt(report.input_signal()));
    const std::string where = below > 0 && is_finite(below)
                                  ? "; the mean of the pre-activations lies " +
                                        rounded_text(below) +
                                        " of a unit's own standard deviations below 0"
                                  : std::string();
    const std::string are_dead =
        percent(dead) + " of the units are dead, each active on less than " +
        percent(dead_activity_bound(report)) + " at 95 % confidence" + where;
    const std::string advice = advice_on_inactivity(report, below, origin_of_inactivity());
    if (dead > options_.dead_units)
      findings_.wrong(Problem::dead_units, are_dead, advice);
    else if (rare > options_.rarely_active_units)
      findings_.wrong(Problem::rarely_active,
                      percent(rare) + " of the units are active on less than " +
                          percent(options_.rare_activity, 0) + " of the samples" + where,
                      advice);
    else if (dead > options_.noted_dead_units)
      findings_.note(Problem::dead_units, are_dead, advice);
  }

  /// Units that were rarely active and are dead now were ill before.
  Origin origin_of_inactivity() const {
    const Origin dead = origin_(Problem::dead_units), rare = origin_(Problem::rarely_active);
    return dead == Origin::training ? rare : dead;
  }

  /// The largest of the bounds that the dead units have each.
  static double dead_activity_bound(const UnitReport& report) noexcept {
    double largest = 0;
    for (const UnitStatistics& unit : report.units)
      if (unit.is_dead() && unit.activity_bound() > largest) largest = unit.activity_bound();
    return largest;
  }

  /// As `11_dying_relu --repeats 40` measures it: of ReLUs whose bias starts at -3 all of the
  /// second layer die, at 0 none. A high learning rate kills 61 %, as many with the bias of 0.01
  /// that the lectures advise. There 26 % of ELUs die too, by underflow of f', and from a bias of
  /// -3 on 7 % of Maxout's pieces never win; no LeakyReLU dies.
  static std::string advice_on_inactivity(const UnitReport& report, double below, Origin origin) {
    if (report.largest_slope == 0)
      return "another function: the derivative of this one is 0 everywhere";
    if (!report.low_side_is_inactive)
      return advice_for(origin, "smaller initial weights, a bias nearer to 0");
    return advice_for(origin, below > 1 ? "start the bias at 0, not below it"
                                        : "a bias of 0, random weights of mean 0 (He)") +
           "; LeakyReLU instead has no dead units, ELU and Maxout can have some";
  }

  void saturation(const UnitReport& report) {
    const double low = report.low_side_is_inactive ? 0 : report.saturated_low_fraction();
    const double high = report.saturated_high_fraction();
    if (!(low + high > options_.saturated)) return;
    const bool is_one_sided = low > 4 * high || high > 4 * low;
    std::string advice = advice_for(
        origin_(Problem::saturated),
        is_one_sided ? "a bias nearer to 0, smaller initial weights" : "smaller initial weights");
    if (report.layer.smallest_output >= 0) advice += "; tanh instead of sigmoid";
    findings_.wrong(Problem::saturated,
                    percent(low) + " of the elements are saturated low, " + percent(high) + " high",
                    advice);
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
