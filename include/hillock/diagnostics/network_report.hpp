#pragma once

#include <hillock/diagnostics/findings.hpp>

#include <algorithm>
#include <optional>
#include <ostream>
#include <variant>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What is wrong with a network: the reports of its layers, from the input to the output, and of the
/// gradient on its way back, judged together.
///
///   hillock::NetworkReport report;
///   report.add("hidden 1", monitor.report());
///   report.add(flow.report());
///   std::cout << report;
///
/// A report of the network before its first step checks the initial weights. Given to the later ones
/// by compare_with, it lets them tell what training broke from what was broken from the start.
class NetworkReport {
 public:
  using Layer = std::variant<UnitReport, MaxoutReport, SoftmaxReport>;

  explicit NetworkReport(const ReportOptions& options = {}) : options_(options) {}

  NetworkReport& add(const std::string& name, const Layer& layer) {
    names_.push_back(name);
    layers_.push_back(layer);
    return *this;
  }
  NetworkReport& add(const GradientReport& gradient) {
    gradient_ = gradient;
    return *this;
  }
  /// What the same network, with the same names, looked like before its first step.
  NetworkReport& compare_with(const NetworkReport& before) {
    before_ = before.findings();
    has_before_ = true;
    return *this;
  }

  const ReportOptions& options() const noexcept { return options_; }

  /// The most serious first; notes last.
  std::vector<Finding> findings() const {
    std::vector<Finding> all;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      diagnostics::LayerJudge judge(options_, names_[i]);
      const auto arisen = [&](Problem problem) { return has_arisen(names_[i], problem); };
      const auto found =
          std::visit([&](const auto& layer) { return judge.judge(layer, arisen); }, layers_[i]);
      all.insert(all.end(), found.begin(), found.end());
    }
    judge_signal(all);
    judge_gradient(all);
    std::stable_sort(all.begin(), all.end(), [](const Finding& a, const Finding& b) {
      return a.is_note != b.is_note ? b.is_note : a.problem < b.problem;
    });
    return with_what_was_before(all);
  }

  /// Whether a problem, which is more than a note, was found.
  bool has(Problem problem) const {
    for (const Finding& finding : findings())
      if (finding.problem == problem && !finding.is_note) return true;
    return false;
  }
  bool is_healthy() const {
    const std::vector<Finding> all = findings();
    return std::all_of(all.begin(), all.end(), [](const Finding& f) { return f.is_note; });
  }

  /// A line per layer, under a header; problems by name. Numbers that are not finite, and what a
  /// layer of another kind does not have, are empty.
  std::string to_csv() const {
    std::string text;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const diagnostics::Record record = record_of(i).add("problems", problems_of(names_[i]));
      if (i == 0) text += record.csv_header();
      text += record.csv();
    }
    return text;
  }

  /// {"healthy", "layers", "gradient", "findings"}. Numbers that are not finite are null.
  std::string to_json() const {
    std::vector<std::string> layers, gradient, found;
    for (std::size_t i = 0; i < layers_.size(); ++i) layers.push_back(record_of(i).json());
    for (std::size_t i = 0; gradient_ && i < gradient_->layers.size(); ++i) {
      const LayerGradient& layer = gradient_->layers[i];
      gradient.push_back(diagnostics::Record()
                             .add("layer", layer.name)
                             .add("norm", layer.norm())
                             .add("ratio", gradient_->ratio(i))
                             .add("mean_magnitude", layer.mean_magnitude())
                             .add("non_finite", layer.non_finite)
                             .json());
    }
    for (const Finding& finding : findings()) {
      found.push_back(diagnostics::Record()
                          .add("layer", finding.layer)
                          .add("problem", std::string(name_of(finding.problem)))
                          .add_json("is_note", finding.is_note ? "true" : "false")
                          .add("what", finding.what)
                          .add("advice", finding.advice)
                          .json());
    }
    return diagnostics::Record()
               .add_json("healthy", is_healthy() ? "true" : "false")
               .add_json("layers", diagnostics::json_array(layers))
               .add_json("gradient", diagnostics::json_array(gradient))
               .add_json("findings", diagnostics::json_array(found))
               .json() +
           '\n';
  }

  friend std::ostream& operator<<(std::ostream& out, const NetworkReport& report) {
    return out << report.layer_table() << report.findings_text();
  }

 private:
  ReportOptions options_;
  std::vector<std::string> names_;
  std::vector<Layer> layers_;
  std::optional<GradientReport> gradient_;
  std::vector<Finding> before_;
  bool has_before_ = false;

  bool was_before(const std::string& layer, Problem problem) const {
    return std::any_of(before_.begin(), before_.end(), [&](const Finding& finding) {
      return finding.layer == layer && finding.problem == problem;
    });
  }
  bool has_arisen(const std::string& layer, Problem problem) const {
    return has_before_ && !was_before(layer, problem);
  }

  /// A cause goes before its effects: the initial weights are not judged again, and what arose in a
  /// network that was broken from the start may have come of that.
  std::vector<Finding> with_what_was_before(std::vector<Finding> found) const {
    std::vector<Finding> all;
    for (Finding finding : before_) {
      if (finding.problem != Problem::exploding_signal &&
          finding.problem != Problem::vanishing_signal)
        continue;
      finding.what = "before the first step " + finding.what;
      all.push_back(finding);
    }
    const bool was_healthy = std::all_of(before_.begin(), before_.end(),
                                         [](const Finding& finding) { return finding.is_note; });
    for (Finding& finding : found) {
      if (!was_healthy && !finding.is_note && has_arisen(finding.layer, finding.problem))
        finding.advice = "mend what was wrong before the first step; then " + finding.advice;
      all.push_back(finding);
    }
    return all;
  }

  static bool contains(const std::vector<Finding>& all, std::initializer_list<Problem> problems) {
    return std::any_of(all.begin(), all.end(), [&](const Finding& finding) {
      return std::find(problems.begin(), problems.end(), finding.problem) != problems.end() &&
             !finding.is_note;
    });
  }

  /// The initial weights: whether the variance over the samples is kept from layer to layer. Said of
  /// training only where nothing else explains it.
  void judge_signal(std::vector<Finding>& all) const {
    if (has_before_ || contains(all, {Problem::non_finite, Problem::equal_units,
                                      Problem::dead_units, Problem::rarely_active}))
      return;
    const UnitReport* last = nullptr;
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const auto* layer = std::get_if<UnitReport>(&layers_[i]);
      if (layer != nullptr && last != nullptr) {
        const double ratio = diagnostics::quotient(layer->input_signal(), last->input_signal());
        const std::string what = "the variance of the pre-activations over the samples is " +
                                 diagnostics::rounded_text(ratio) + " times the layer before's";
        if (ratio > options_.variance_ratio)
          all.push_back({Problem::exploding_signal, names_[i], what,
                         "smaller initial weights: a variance of 2 / inputs for ReLU (He), 2 / "
                         "(inputs + outputs) for tanh (Glorot)"});
        else if (ratio < 1 / options_.variance_ratio)
          all.push_back({Problem::vanishing_signal, names_[i], what, advice_on_shrinking(*last)});
      }
      last = layer;
    }
  }

  static std::string advice_on_shrinking(const UnitReport& layer) {
    const bool is_sigmoid = layer.largest_slope < 0.5 && layer.layer.smallest_output >= 0;
    return is_sigmoid ? "tanh or ReLU instead of sigmoid, whose derivative is at most " +
                            diagnostics::rounded_text(layer.largest_slope) +
                            ": a factor of every layer; or fewer layers"
                      : "larger initial weights: a variance of 2 / inputs for ReLU (He), 2 / "
                        "(inputs + outputs) for tanh (Glorot)";
  }

  void judge_gradient(std::vector<Finding>& all) const {
    if (!gradient_) return;
    const auto& layers = gradient_->layers;
    for (const LayerGradient& layer : layers) {
      if (layer.non_finite == 0) continue;
      all.push_back({Problem::non_finite, layer.name,
                     std::to_string(layer.non_finite) + " components of the gradient are NaN or "
                                                        "infinite",
                     has_arisen(layer.name, Problem::non_finite)
                         ? "lower the learning rate"
                         : "smaller initial weights; in training: lower the learning rate"});
      return;
    }
    const double through = gradient_->ratio_through();
    const std::string what = "its norm at " + layers.front().name + " is " +
                             diagnostics::rounded_text(through) + " times that at " +
                             layers.back().name;
    if (through > options_.exploding_gradient) {
      all.push_back({Problem::exploding_gradient, layers.front().name, what,
                     has_arisen(layers.front().name, Problem::exploding_gradient)
                         ? "lower the learning rate"
                         : "smaller initial weights"});
      return;
    }
    // That of dead or equal units is 0 by itself.
    if (contains(all, {Problem::equal_units, Problem::dead_units, Problem::rarely_active})) return;
    const double magnitude = layers.front().mean_magnitude();
    // A network that has learned has small gradients everywhere; this one lost it on the way.
    const bool is_lost = magnitude < options_.vanished_magnitude &&
                         layers.back().mean_magnitude() >= options_.vanished_magnitude;
    if (!(through < options_.vanishing_gradient || is_lost)) return;
    std::string advice = "larger initial weights, or fewer layers";
    if (contains(all, {Problem::saturated}))
      advice = "what is advised for the saturated layers";
    else if (const auto* first = first_units())
      advice = advice_on_shrinking(*first);
    all.push_back({Problem::vanishing_gradient, layers.front().name,
                   what + ", mean |g| " + diagnostics::rounded_text(magnitude), advice});
  }

  const UnitReport* first_units() const noexcept {
    for (const Layer& layer : layers_)
      if (const auto* units = std::get_if<UnitReport>(&layer)) return units;
    return nullptr;
  }

  std::string problems_of(const std::string& layer) const {
    std::string names;
    for (const Finding& finding : findings())
      if (finding.layer == layer && !finding.is_note)
        names += (names.empty() ? "" : "; ") + std::string(name_of(finding.problem));
    return names;
  }

  std::size_t gradient_index(const std::string& name) const noexcept {
    std::size_t i = 0;
    while (gradient_ && i < gradient_->layers.size() && gradient_->layers[i].name != name) ++i;
    return i;
  }
  double gradient_norm(const std::string& name) const noexcept {
    const std::size_t i = gradient_index(name);
    return gradient_ && i < gradient_->layers.size() ? gradient_->layers[i].norm()
                                                     : std::numeric_limits<double>::quiet_NaN();
  }

  diagnostics::Record record_of(std::size_t i) const;
  std::string layer_table() const;
  std::string findings_text() const;
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

#include <hillock/diagnostics/network_text.hpp>
