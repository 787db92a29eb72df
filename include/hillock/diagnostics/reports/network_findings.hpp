// Finds what is wrong with single layers of a network, and with the network as a whole.
#pragma once

#include <hillock/diagnostics/reports/network_layers.hpp>
#include <hillock/diagnostics/reports/problems.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// When a problem arose, as far as it is known. The advice depends on it.
enum class Origin { unknown, initial, training };

/// Returns the advice for a problem, depending on when it arose.
HILLOCK_NOINLINE inline std::string advice_for(
    Origin origin, const char* initial, const char* in_training = "lower the learning rate") {
  switch (origin) {
    case Origin::initial:
      return initial;
    case Origin::training:
      return in_training;
    case Origin::unknown:
      break;
  }
  return joined({initial, "; in training: ", in_training});
}

inline bool is_of(const Finding& finding, const LayerId& id) noexcept {
  return finding.layer == id.name && finding.occurrence == id.occurrence;
}

/// The findings before the first step, if a report of that stage is known, and the layers of that
/// report.
struct FindingsBefore {
  std::vector<Finding> findings;
  std::vector<LayerId> ids;
  bool are_known = false;

  /// Returns when a problem arose that a report finds at a stage. It is unknown for a layer that is
  /// not in the earlier report.
  HILLOCK_NOINLINE Origin origin_of(const LayerId& id, Problem problem, Stage stage) const {
    if (stage == Stage::before_training) return Origin::initial;
    bool is_known = false;
    for (const LayerId& each : ids) is_known = is_known || each == id;
    if (!is_known) return Origin::unknown;
    for (const Finding& finding : findings)
      if (is_of(finding, id) && finding.problem == problem) return Origin::initial;
    return Origin::training;
  }
};

/// Appends the findings of one layer at a stage to those of the network.
class LayerFindings {
 public:
  LayerFindings(std::vector<Finding>& all, const LayerId& id, Stage stage,
                const FindingsBefore& before) noexcept
      : all_(all), id_(id), stage_(stage), before_(before) {}

  void wrong(Problem problem, std::string&& what, std::string&& advice) {
    add(problem, std::move(what), std::move(advice), Severity::wrong);
  }
  void note(Problem problem, std::string&& what, std::string&& advice) {
    add(problem, std::move(what), std::move(advice), Severity::worth_knowing);
  }
  /// Adds a sign that is wrong before the first step, and may be normal later: see Stage.
  HILLOCK_NOINLINE void wrong_at_first(Problem problem, std::string&& what, std::string&& advice) {
    switch (stage_) {
      case Stage::before_training:
        return wrong(problem, std::move(what), std::move(advice));
      case Stage::training:
        return note(problem, std::move(what), "nothing, as long as the network learns");
      case Stage::unknown:
        return note(
            problem, std::move(what),
            joined({"before the first step: ", advice,
                    "; for a network that has learned: nothing (set ReportOptions::stage)"}));
      case Stage::trained:
        return;
    }
  }

  Origin origin_of(Problem problem) const { return before_.origin_of(id_, problem, stage_); }

 private:
  std::vector<Finding>& all_;
  const LayerId& id_;
  Stage stage_;
  const FindingsBefore& before_;

  HILLOCK_NOINLINE void add(Problem problem, std::string&& what, std::string&& advice,
                            Severity severity) {
    all_.push_back(
        {problem, id_.name, std::move(what), std::move(advice), severity, id_.occurrence});
  }
};

/// Finds what is wrong with one layer.
class LayerDiagnosis {
 public:
  LayerDiagnosis(const ReportOptions& options, LayerFindings& findings) noexcept
      : options_(options), findings_(findings) {}

  void examine(const LayerReport& report) {
    if (const auto* units = std::get_if<UnitReport>(&report)) return examine(*units);
    if (const auto* maxout = std::get_if<MaxoutReport>(&report)) return examine(*maxout);
    examine(*std::get_if<SoftmaxReport>(&report));
  }

 private:
  const ReportOptions& options_;
  LayerFindings& findings_;

  HILLOCK_NOINLINE void examine(const UnitReport& report) {
    non_finite(report.non_finite_fraction());
    if (report.layer.finite == 0) return;
    if (report.units_are_equal()) {
      findings_.wrong(
          Problem::equal_units,
          joined({"all ", size_of(report.units.size()), " units behave the same on every sample"}),
          "draw the initial weights at random (He for ReLU, Glorot for tanh): units that start "
          "equal stay equal");
      return;  // all other problems would follow from it
    }
    inactivity(report);
    saturation(report);
    if (report.near_linear_fraction() > options_.near_linear && saturates(report)) {
      findings_.note(Problem::near_linear,
                     joined({percent(report.near_linear_fraction()),
                             " of the elements are where the function is nearly linear"}),
                     "take larger initial weights, or leave out the layer");
    }
    if (report.sign_coherence() > options_.one_sign && saturates(report) &&
        report.layer.saturated_low_fraction() < 1 && report.layer.smallest_output >= 0) {
      findings_.note(
          Problem::not_zero_centred,
          joined({"all outputs have one sign on ", percent(report.sign_coherence()),
                  " of the samples, and their mean is ", rounded_text(report.off_centre()),
                  " standard deviations from 0"}),
          "take tanh instead of sigmoid: after outputs of one sign, all weight gradients of a unit "
          "have one sign");
    }
  }

  HILLOCK_NOINLINE void examine(const MaxoutReport& report) {
    non_finite(report.non_finite_fraction());
    if (report.never_argmax_fraction() > options_.never_argmax) {
      findings_.wrong(Problem::never_argmax,
                      joined({percent(report.never_argmax_fraction()),
                              " of the pieces are the argmax on no sample"}),
                      advice_for(findings_.origin_of(Problem::never_argmax),
                                 "take one bias for all pieces, random weights, or fewer pieces",
                                 "lower the learning rate, or take fewer pieces"));
    }
  }

  HILLOCK_NOINLINE void examine(const SoftmaxReport& report) {
    non_finite(report.non_finite_fraction());
    if (report.saturated_fraction() > options_.saturated_softmax) {
      findings_.wrong_at_first(
          Problem::saturated_softmax,
          joined({percent(report.saturated_fraction()), " of the distributions have p (1 - p) < ",
                  rounded_text(report.tau), " for their largest p"}),
          "take smaller initial weights in the last layer");
    }
  }

  static bool saturates(const UnitReport& report) noexcept {
    return !report.low_side_is_inactive && report.saturates_high;
  }

  HILLOCK_NOINLINE void non_finite(double fraction) {
    if (!(fraction > options_.non_finite)) return;
    findings_.wrong(Problem::non_finite,
                    joined({percent(fraction), " of the elements are NaN or infinite"}),
                    advice_for(findings_.origin_of(Problem::non_finite),
                               "take smaller initial weights, and inputs without NaN"));
  }

  HILLOCK_NOINLINE void inactivity(const UnitReport& report) {
    const double dead = report.dead_fraction();
    const double rare = report.rarely_active_fraction(options_.rare_activity);
    const bool are_dead = dead > options_.dead_units;
    const bool are_rarely_active = !are_dead && rare > options_.rarely_active_units;
    if (!are_dead && !are_rarely_active && !(dead > options_.noted_dead_units)) return;
    // The distance of the pre-activations below 0. If it is large, the cause is a bias, not chance.
    const double below = quotient(-report.layer.mean_input(), std::sqrt(report.input_signal()));
    std::string where;
    if (below > 0 && is_finite(below))
      where = joined({"; the mean of the pre-activations lies ", rounded_text(below),
                      " of a unit's own standard deviations below 0"});
    std::string advice = advice_on_inactivity(report, below, origin_of_inactivity());
    if (are_rarely_active)
      return findings_.wrong(Problem::rarely_active,
                             joined({percent(rare), " of the units are active on less than ",
                                     percent(options_.rare_activity, 0), " of the samples", where}),
                             std::move(advice));
    std::string what =
        joined({percent(dead), " of the units are dead, each active on less than ",
                percent(dead_activity_bound(report)), " of the samples at 95 % confidence", where});
    if (are_dead)
      findings_.wrong(Problem::dead_units, std::move(what), std::move(advice));
    else
      findings_.note(Problem::dead_units, std::move(what), std::move(advice));
  }

  /// Units that are dead now, but were rarely active before the first step, have a problem from
  /// before.
  Origin origin_of_inactivity() const {
    const Origin dead = findings_.origin_of(Problem::dead_units);
    return dead == Origin::training ? findings_.origin_of(Problem::rarely_active) : dead;
  }

  /// Returns the largest of the bounds on the activity of each dead unit.
  static double dead_activity_bound(const UnitReport& report) noexcept {
    double largest = 0;
    for (const UnitStatistics& unit : report.units)
      if (unit.is_dead()) largest = larger(largest, unit.activity_bound());
    return largest;
  }

  /// Returns advice that follows the measurements of `11_dying_relu --repeats 40`. All ReLUs of the
  /// second layer die if their bias starts at -3, and none if it starts at 0. A high learning rate
  /// kills 61 %, with the bias of 0.01 that the lectures advise as well. It also kills 26 % of
  /// ELUs, by underflow of f'. With a bias of -3, 7 % of Maxout's pieces are never the argmax. No
  /// LeakyReLU dies.
  HILLOCK_NOINLINE static std::string advice_on_inactivity(const UnitReport& report, double below,
                                                           Origin origin) {
    if (report.largest_slope == 0)
      return "take another function: the derivative of this one is 0 everywhere";
    if (!report.low_side_is_inactive)
      return advice_for(origin, "take smaller initial weights, or a bias nearer to 0");
    std::string advice =
        advice_for(origin, below > 1 ? "start the bias at 0, not below it"
                                     : "start with a bias of 0 and random weights of mean 0 (He)");
    advice += "; LeakyReLU has no dead units, ELU and Maxout can have some";
    return advice;
  }

  HILLOCK_NOINLINE void saturation(const UnitReport& report) {
    const double low = report.low_side_is_inactive ? 0 : report.saturated_low_fraction();
    const double high = report.saturated_high_fraction();
    if (!(low + high > options_.saturated)) return;
    const bool is_one_sided = low > 4 * high || high > 4 * low;
    std::string advice =
        advice_for(findings_.origin_of(Problem::saturated),
                   is_one_sided ? "take a bias nearer to 0, or smaller initial weights"
                                : "take smaller initial weights");
    if (report.layer.smallest_output >= 0) advice += "; take tanh instead of sigmoid";
    findings_.wrong(
        Problem::saturated,
        joined({percent(low), " of the elements are saturated low, ", percent(high), " high"}),
        std::move(advice));
  }
};

/// Finds what is wrong with a network at a stage.
class NetworkDiagnosis {
 public:
  NetworkDiagnosis(const NetworkLayers& network, const ReportOptions& options, Stage stage,
                   const FindingsBefore& before) noexcept
      : network_(network), options_(options), stage_(stage), before_(before) {}

  /// Returns all findings: what is wrong comes first, the most serious problems before others.
  HILLOCK_NOINLINE std::vector<Finding> findings() {
    for (const NamedLayer& layer : network_.layers()) {
      LayerFindings found(found_, layer.id, stage_, before_);
      LayerDiagnosis(options_, found).examine(layer.report);
    }
    examine_signal();
    examine_gradient();
    std::vector<Finding> all;
    append_findings_before(all);
    // These loops sort the findings, because a stable sort of the standard library is 35 KB of
    // code.
    for (const Severity severity : {Severity::wrong, Severity::worth_knowing})
      for (int problem = 0; problem <= static_cast<int>(Problem::not_zero_centred); ++problem)
        for (Finding& finding : found_)
          if (finding.severity == severity && finding.problem == static_cast<Problem>(problem))
            all.push_back(std::move(finding));
    return all;
  }

 private:
  const NetworkLayers& network_;
  const ReportOptions& options_;
  const Stage stage_;
  const FindingsBefore& before_;
  std::vector<Finding> found_;

  bool has(std::initializer_list<Problem> problems) const noexcept {
    for (const Finding& finding : found_)
      for (const Problem problem : problems)
        if (finding.problem == problem && finding.severity == Severity::wrong) return true;
    return false;
  }

  /// Adds earlier findings in front, because a cause comes before its effects. The initial weights
  /// are not examined again. A problem that arose in a network that was broken from the start may
  /// follow from that.
  HILLOCK_NOINLINE void append_findings_before(std::vector<Finding>& all) {
    bool was_healthy = true;
    for (const Finding& finding : before_.findings) {
      was_healthy = was_healthy && finding.severity != Severity::wrong;
      if (stage_ == Stage::trained) continue;  // the network has learned nevertheless
      if (finding.problem != Problem::exploding_signal &&
          finding.problem != Problem::vanishing_signal)
        continue;
      all.push_back(finding);
      all.back().what.insert(0, "before the first step ");
    }
    if (was_healthy) return;
    for (Finding& finding : found_)
      if (finding.severity == Severity::wrong &&
          before_.origin_of({finding.layer, finding.occurrence}, finding.problem, stage_) ==
              Origin::training)
        finding.advice.insert(0, "first correct what was wrong before the first step; then ");
  }

  /// Examines the initial weights: whether the variance over the samples is preserved from layer to
  /// layer. It is not reported if another problem explains it.
  HILLOCK_NOINLINE void examine_signal() {
    if (before_.are_known || has({Problem::non_finite, Problem::equal_units, Problem::dead_units,
                                  Problem::rarely_active}))
      return;
    const UnitReport* last = nullptr;
    for (const NamedLayer& named : network_.layers()) {
      const auto* layer = std::get_if<UnitReport>(&named.report);
      if (layer != nullptr && last != nullptr) examine_signal(named.id, *last, *layer);
      last = layer;
    }
  }
  HILLOCK_NOINLINE void examine_signal(const LayerId& id, const UnitReport& last,
                                       const UnitReport& layer) {
    const double ratio = quotient(layer.input_signal(), last.input_signal());
    const bool explodes = ratio > options_.variance_ratio;
    if (!explodes && !(ratio < 1 / options_.variance_ratio)) return;
    LayerFindings found(found_, id, stage_, before_);
    found.wrong_at_first(
        explodes ? Problem::exploding_signal : Problem::vanishing_signal,
        joined({"the variance of the pre-activations over the samples is ", rounded_text(ratio),
                " times that of the layer before"}),
        explodes ? "take smaller initial weights: a variance of 2 / inputs for ReLU (He), 2 / "
                   "(inputs + outputs) for tanh (Glorot)"
                 : advice_on_shrinking(last));
  }

  HILLOCK_NOINLINE static std::string advice_on_shrinking(const UnitReport& layer) {
    const bool is_sigmoid = layer.largest_slope < 0.5 && layer.layer.smallest_output >= 0;
    if (!is_sigmoid)
      return "take larger initial weights: a variance of 2 / inputs for ReLU (He), 2 / (inputs + "
             "outputs) "
             "for tanh (Glorot)";
    return joined({"take tanh or ReLU instead of sigmoid, whose derivative of at most ",
                   rounded_text(layer.largest_slope),
                   " is a factor in every layer; or take fewer layers"});
  }

  HILLOCK_NOINLINE void examine_gradient() {
    const std::vector<LayerGradient>& layers = network_.gradient().layers;
    if (layers.empty()) return;
    for (std::size_t i = 0; i < layers.size(); ++i)
      if (layers[i].non_finite > 0) return add_non_finite_gradient(i, layers[i].non_finite);
    const LayerId first = network_.gradient_layer_id(0);
    LayerFindings found(found_, first, stage_, before_);
    const double through = network_.gradient().ratio_through();
    std::string what = joined({"the gradient's norm at ", network_.shown_name(first), " is ",
                               rounded_text(through), " times that at ",
                               network_.shown_name(network_.gradient_layer_id(layers.size() - 1))});
    if (through > options_.exploding_gradient)
      return found.wrong(
          Problem::exploding_gradient, std::move(what),
          advice_for(found.origin_of(Problem::exploding_gradient), "take smaller initial weights"));
    // The gradient of dead or equal units is always 0.
    if (has({Problem::equal_units, Problem::dead_units, Problem::rarely_active})) return;
    const double magnitude = layers.front().mean_magnitude();
    // A network that has learned has small gradients in all layers. A gradient that is small in the
    // first layer only has vanished.
    const bool is_lost = magnitude < options_.vanished_magnitude &&
                         layers.back().mean_magnitude() >= options_.vanished_magnitude;
    append(what, {", mean |g| ", rounded_text(magnitude)});
    if (through < options_.vanishing_gradient)
      found.wrong(Problem::vanishing_gradient, std::move(what), advice_on_vanishing());
    else if (is_lost)
      found.wrong_at_first(Problem::vanishing_gradient, std::move(what), advice_on_vanishing());
  }

  void add_non_finite_gradient(std::size_t layer, std::int64_t components) {
    const LayerId id = network_.gradient_layer_id(layer);
    LayerFindings found(found_, id, stage_, before_);
    found.wrong(Problem::non_finite,
                joined({components, " components of the gradient are NaN or infinite"}),
                advice_for(found.origin_of(Problem::non_finite), "take smaller initial weights"));
  }

  std::string advice_on_vanishing() const {
    if (has({Problem::saturated})) return "follow the advice for the saturated layers";
    if (const UnitReport* units = network_.first_units()) return advice_on_shrinking(*units);
    return "take larger initial weights, or fewer layers";
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
