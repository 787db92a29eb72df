// What can be wrong with a network, from what number on, and what to do about it.
#pragma once

#include <hillock/diagnostics/gradient_flow.hpp>
#include <hillock/diagnostics/maxout_monitor.hpp>
#include <hillock/diagnostics/softmax_monitor.hpp>
#include <hillock/diagnostics/unit_report.hpp>

#include <string>
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

/// One thing that is wrong with one layer. A note is what is worth knowing of a network that works.
struct Finding {
  Problem problem;
  std::string layer;
  std::string what;
  std::string advice;
  bool is_note = false;
};

/// From what number on a report speaks up. The defaults are those of the tools that are in use, or
/// lie well away from what healthy networks show.
struct ReportOptions {
  /// More than this share of elements is not finite.
  double non_finite = 0;
  /// More than this share of units is dead: keras-contrib's DeadReluDetector.
  double dead_units = 0.1;
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
  /// Below this mean |g| a gradient has vanished: SageMaker Debugger's vanishing_gradient.
  double vanished_magnitude = 1e-7;
  /// More than this share of Maxout's pieces never wins.
  double never_winning = 0.1;
  /// More than this share of distributions is saturated before the first step.
  double saturated_softmax = 0.5;
  /// Noted: more than this share of a saturating function's elements is nearly linear.
  double near_linear = 0.95;
  /// Noted: outputs of one sign on more than this share of samples, of a function that saturates on
  /// both sides.
  double one_sign = 0.95;
};

namespace diagnostics {

/// What is wrong with one layer alone. `since_start`: the same layer before the first step was
/// looked at, and had not this problem.
class LayerJudge {
 public:
  LayerJudge(const ReportOptions& options, std::string layer)
      : options_(options), layer_(std::move(layer)) {}

  template <class ArisenSince>
  std::vector<Finding> judge(const UnitReport& report, const ArisenSince& arisen) {
    findings_.clear();
    non_finite(report.non_finite_fraction(), arisen(Problem::non_finite));
    if (report.layer.finite == 0) return findings_;
    if (report.units_are_equal()) {
      add(Problem::equal_units,
          "all " + std::to_string(report.units.size()) + " units do the same on every sample",
          "draw the initial weights at random (He for ReLU, Glorot for tanh): units that start "
          "equal stay equal");
      return findings_;  // the rest follows from it
    }
    inactivity(report, arisen(Problem::dead_units) && arisen(Problem::rarely_active));
    saturation(report, arisen(Problem::saturated));
    if (report.near_linear_fraction() > options_.near_linear && saturates(report)) {
      note(Problem::near_linear,
           percent(report.near_linear_fraction()) +
               " of the elements are where the function is "
               "a straight line",
           "larger initial weights, or do without the layer");
    }
    if (report.sign_coherence() > options_.one_sign && saturates(report) &&
        report.layer.saturated_low_fraction() < 1 && report.layer.smallest_output >= 0) {
      note(Problem::not_zero_centred,
           "outputs of one sign on " + percent(report.sign_coherence()) + " of the samples, " +
               rounded_text(report.off_centre()) + " standard deviations from 0",
           "tanh instead of sigmoid: all weight gradients of a next unit have one sign");
    }
    return findings_;
  }

  template <class ArisenSince>
  std::vector<Finding> judge(const MaxoutReport& report, const ArisenSince& arisen) {
    findings_.clear();
    non_finite(report.non_finite_fraction(), arisen(Problem::non_finite));
    if (report.never_winning_fraction() > options_.never_winning) {
      add(Problem::never_winning,
          percent(report.never_winning_fraction()) + " of the pieces win on no sample",
          arisen(Problem::never_winning)
              ? "lower the learning rate, or take fewer pieces"
              : "equal bias for all pieces, random weights, or fewer pieces");
    }
    return findings_;
  }

  template <class ArisenSince>
  std::vector<Finding> judge(const SoftmaxReport& report, const ArisenSince& arisen) {
    findings_.clear();
    non_finite(report.non_finite_fraction(), arisen(Problem::non_finite));
    if (report.saturated_fraction() > options_.saturated_softmax) {
      const std::string what = percent(report.saturated_fraction()) +
                               " of the distributions have p (1 - p) < " +
                               rounded_text(report.tau) + " for their winner";
      // A trained network may be sure.
      if (arisen(Problem::saturated_softmax))
        note(Problem::saturated_softmax, what, "nothing, where it is right; else weight decay");
      else
        add(Problem::saturated_softmax, what, "smaller initial weights of the last layer");
    }
    return findings_;
  }

 private:
  const ReportOptions& options_;
  std::string layer_;
  std::vector<Finding> findings_;

  void add(Problem problem, const std::string& what, const std::string& advice) {
    findings_.push_back({problem, layer_, what, advice, false});
  }
  void note(Problem problem, const std::string& what, const std::string& advice) {
    findings_.push_back({problem, layer_, what, advice, true});
  }

  static bool saturates(const UnitReport& report) noexcept {
    return !report.low_side_is_inactive && report.saturates_high;
  }

  void non_finite(double fraction, bool since_start) {
    if (!(fraction > options_.non_finite)) return;
    add(Problem::non_finite, percent(fraction) + " of the elements are NaN or infinite",
        since_start ? "lower the learning rate"
                    : "smaller initial weights, inputs without NaN; in training: lower the "
                      "learning rate");
  }

  void inactivity(const UnitReport& report, bool since_start) {
    const bool are_dead = report.dead_fraction() > options_.dead_units;
    const double rare = report.rarely_active_fraction(options_.rare_activity);
    if (!are_dead && !(rare > options_.rarely_active_units)) return;
    // How far the pre-activations lie below 0: a bias, not bad luck.
    const double below = quotient(-report.layer.mean_input(), std::sqrt(report.input_signal()));
    const std::string what =
        (are_dead ? percent(report.dead_fraction()) +
                        " of the units are dead, each active on less than " +
                        percent(report.units[0].activity_bound()) + " at 95 % confidence"
                  : percent(rare) + " of the units are active on less than " +
                        percent(options_.rare_activity, 0) + " of the samples") +
        "; the pre-activations lie " + rounded_text(below) + " standard deviations below 0";
    const std::string advice =
        since_start ? "lower the learning rate"
        : below > 1 ? "start the bias at a small positive number, 0.01"
                    : "a small positive bias, 0.01, at the start; in training: lower the learning "
                      "rate";
    add(are_dead ? Problem::dead_units : Problem::rarely_active, what,
        advice + "; LeakyReLU, ELU or Maxout instead cannot die");
  }

  void saturation(const UnitReport& report, bool since_start) {
    const double low = report.low_side_is_inactive ? 0 : report.saturated_low_fraction();
    const double high = report.saturated_high_fraction();
    if (!(low + high > options_.saturated)) return;
    std::string advice = since_start ? "lower the learning rate" : "smaller initial weights";
    if (!since_start && (low > 4 * high || high > 4 * low))
      advice = "a bias nearer to 0, smaller initial weights";
    if (report.layer.smallest_output >= 0) advice += "; tanh instead of sigmoid";
    add(Problem::saturated,
        percent(low) + " of the elements are saturated low, " + percent(high) + " high", advice);
  }
};

}  // namespace diagnostics
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
