#pragma once

#include <hillock/diagnostics/reports/findings.hpp>
#include <hillock/errors.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <ostream>
#include <utility>
#include <variant>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What is wrong with a network: the reports of its layers, from the input to the output, and of
/// the gradient on its way back, judged together.
///
///   hillock::NetworkReport report(hillock::Stage::training);
///   report.add("hidden 1", monitor.report());
///   report.add(flow.report());
///   std::cout << report;
///
/// Say where training stands (Stage): some signs are faults before the first step and health later.
/// A report of the network before its first step checks the initial weights. Given to the later
/// ones by compare_with, it lets them tell what training broke from what was broken from the start.
///
/// Layers of one name are told apart by their order: the second one of a name is compared with the
/// second one of that name, here and among the layers of the gradient.
class NetworkReport {
 public:
  using Layer = std::variant<UnitReport, MaxoutReport, SoftmaxReport>;

  explicit NetworkReport(const ReportOptions& options = {}) : options_(options) {}
  explicit NetworkReport(Stage stage) { options_.stage = stage; }

  /// std::invalid_argument where the vectors of a MaxoutReport, put together by hand, do not fit.
  NetworkReport& add(const std::string& name, const Layer& layer) {
    if (const auto* maxout = std::get_if<MaxoutReport>(&layer)) require_fitting(*maxout);
    layers_.push_back({{name, occurrences(layers_, name) + 1}, layer});
    return *this;
  }
  /// Takes the place of a gradient that was added before. One without layers says nothing.
  NetworkReport& add(const GradientReport& gradient) {
    gradient_ = gradient;
    return *this;
  }
  /// What the same network, with the same names, looked like before its first step, whatever stage
  /// that report was said to be of. Where this one's stage is unknown, it is one of training from
  /// now on.
  NetworkReport& compare_with(const NetworkReport& before) {
    before_ = before.judged(Stage::before_training);
    places_before_.clear();
    for (const Row& row : before.rows()) places_before_.push_back(row.place);
    has_before_ = true;
    if (options_.stage == Stage::unknown) options_.stage = Stage::training;
    return *this;
  }

  const ReportOptions& options() const noexcept { return options_; }

  /// Whether there is nothing to judge: no layer and no gradient of which a sample was seen.
  [[nodiscard]] bool is_empty() const noexcept {
    for (const NamedLayer& layer : layers_)
      if (std::visit([](const auto& report) { return has_samples(report); }, layer.report))
        return false;
    for (const LayerGradient& layer : gradient_.layers)
      if (layer.finite + layer.non_finite > 0) return false;
    return true;
  }

  /// What is wrong, the most serious first.
  [[nodiscard]] std::vector<Finding> findings() const { return judged(Severity::wrong); }
  /// What is worth knowing of a network that works.
  [[nodiscard]] std::vector<Finding> notes() const { return judged(Severity::worth_knowing); }

  /// Whether a problem, which is more than a note, was found.
  [[nodiscard]] bool has(Problem problem) const {
    for (const Finding& finding : findings())
      if (finding.problem == problem) return true;
    return false;
  }
  /// Whether something was reported and nothing of it is wrong.
  [[nodiscard]] bool is_healthy() const { return !is_empty() && findings().empty(); }

  /// Under a header a line per layer, and per layer of the gradient that is no layer of the report;
  /// problems by name. Numbers that are not finite, and what a layer of another kind does not have,
  /// are empty. UTF-8; for names see diagnostics::csv_text.
  [[nodiscard]] std::string to_csv() const {
    const std::vector<Finding> wrong = findings();
    std::string text = record_of(Row{}).add("problems", std::string()).csv_header();
    for (const Row& row : rows())
      text += record_of(row).add("problems", problems_of(row.place, wrong)).csv();
    return text;
  }

  /// {"healthy", "layers", "gradient", "findings", "notes"}, in UTF-8. Numbers that are not finite
  /// are null, and so is "healthy" where nothing was reported.
  [[nodiscard]] std::string to_json() const {
    std::vector<std::string> layers, gradient;
    for (const Row& row : rows())
      if (row.report != nullptr) layers.push_back(record_of(row).json());
    for (std::size_t i = 0; i < gradient_.layers.size(); ++i) {
      const LayerGradient& layer = gradient_.layers[i];
      gradient.push_back(diagnostics::Record()
                             .add("layer", layer.name)
                             .add("norm", layer.norm())
                             .add("ratio", gradient_.ratio(i))
                             .add("mean_magnitude", layer.mean_magnitude())
                             .add("non_finite", layer.non_finite)
                             .json());
    }
    return diagnostics::Record()
               .add_json("healthy", is_empty()     ? "null"
                                    : is_healthy() ? "true"
                                                   : "false")
               .add_json("layers", diagnostics::json_array(layers))
               .add_json("gradient", diagnostics::json_array(gradient))
               .add_json("findings", json_of(findings()))
               .add_json("notes", json_of(notes()))
               .json() +
           '\n';
  }

  friend std::ostream& operator<<(std::ostream& out, const NetworkReport& report) {
    return out << report.layer_table() << report.findings_text();
  }

 private:
  /// Which layer: its name, and its number among the layers of that name, from 1 on.
  struct Place {
    std::string name;
    std::int64_t occurrence = 1;

    bool operator==(const Place& other) const noexcept {
      return name == other.name && occurrence == other.occurrence;
    }
  };
  struct NamedLayer {
    Place place;
    Layer report;
  };
  /// What is known of one layer: its report, its gradient (by number), or both.
  struct Row {
    Place place;
    const Layer* report = nullptr;
    std::optional<std::size_t> gradient = std::nullopt;
  };

  ReportOptions options_;
  std::vector<NamedLayer> layers_;
  GradientReport gradient_;
  std::vector<Finding> before_;
  std::vector<Place> places_before_;
  bool has_before_ = false;

  static const std::string& name_of_layer(const NamedLayer& layer) { return layer.place.name; }
  static const std::string& name_of_layer(const LayerGradient& layer) { return layer.name; }
  /// How many of the first `end` layers have the name.
  template <class Layers>
  static std::int64_t occurrences(const Layers& layers, const std::string& name,
                                  std::size_t end = static_cast<std::size_t>(-1)) {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < layers.size() && i < end; ++i)
      count += name_of_layer(layers[i]) == name;
    return count;
  }
  Place gradient_place(std::size_t i) const {
    const std::string& name = gradient_.layers[i].name;
    return {name, occurrences(gradient_.layers, name, i) + 1};
  }

  /// The layers that were added, then those of the gradient that are none of them.
  std::vector<Row> rows() const {
    std::vector<Row> all;
    for (const NamedLayer& layer : layers_) all.push_back({layer.place, &layer.report});
    const std::size_t reported = all.size();
    for (std::size_t i = 0; i < gradient_.layers.size(); ++i) {
      const Place place = gradient_place(i);
      const auto end = all.begin() + static_cast<std::ptrdiff_t>(reported);
      const auto same =
          std::find_if(all.begin(), end, [&](const Row& row) { return row.place == place; });
      if (same == end)
        all.push_back({place, nullptr, i});
      else
        same->gradient = i;
    }
    return all;
  }

  static void require_fitting(const MaxoutReport& report) {
    const std::size_t units = report.finite.size();
    const auto pieces = static_cast<std::size_t>(report.pieces);
    if (report.non_finite.size() == units && report.pieces >= 0 &&
        (units == 0 || report.wins.size() / units == pieces) &&
        report.wins.size() == units * pieces)
      return;
    detail::refuse("hillock::NetworkReport::add: the Maxout report has " +
                   std::to_string(report.wins.size()) + " wins, " + std::to_string(units) +
                   " and " + std::to_string(report.non_finite.size()) + " counts of samples and " +
                   std::to_string(report.pieces) +
                   " pieces, expected as many wins as units times pieces");
  }

  static bool has_samples(const UnitReport& report) noexcept { return report.layer.samples() > 0; }
  static bool has_samples(const SoftmaxReport& report) noexcept { return report.samples() > 0; }
  static bool has_samples(const MaxoutReport& report) noexcept {
    const auto is_some = [](std::int64_t count) { return count > 0; };
    return std::any_of(report.finite.begin(), report.finite.end(), is_some) ||
           std::any_of(report.non_finite.begin(), report.non_finite.end(), is_some);
  }

  static bool is_of(const Finding& finding, const Place& place) noexcept {
    return finding.layer == place.name && finding.occurrence == place.occurrence;
  }

  /// When a problem of a layer came up. Of a layer that is not in the report of before nothing is
  /// known.
  diagnostics::Origin origin_of(const Place& place, Problem problem, Stage stage) const {
    if (stage == Stage::before_training) return diagnostics::Origin::initial;
    if (std::find(places_before_.begin(), places_before_.end(), place) == places_before_.end())
      return diagnostics::Origin::unknown;
    const bool was_before =
        std::any_of(before_.begin(), before_.end(), [&](const Finding& finding) {
          return is_of(finding, place) && finding.problem == problem;
        });
    return was_before ? diagnostics::Origin::initial : diagnostics::Origin::training;
  }

  std::vector<Finding> judged(Severity severity) const {
    std::vector<Finding> all;
    for (Finding& finding : judged(options_.stage))
      if (finding.severity == severity) all.push_back(std::move(finding));
    return all;
  }

  /// Everything that is found at a stage; what is wrong first, and of that the most serious.
  std::vector<Finding> judged(Stage stage) const {
    std::vector<Finding> all;
    const auto append = [&all](const std::vector<Finding>& found) {
      all.insert(all.end(), found.begin(), found.end());
    };
    for (const NamedLayer& layer : layers_) {
      diagnostics::Findings found(layer.place.name, layer.place.occurrence, stage);
      const auto origin = [&](Problem problem) { return origin_of(layer.place, problem, stage); };
      diagnostics::LayerJudge judge(options_, origin, found);
      std::visit(judge, layer.report);
      append(found.all());
    }
    append(judged_signal(all, stage));
    append(judged_gradient(all, stage));
    std::stable_sort(all.begin(), all.end(), [](const Finding& a, const Finding& b) {
      return a.severity != b.severity ? a.severity < b.severity : a.problem < b.problem;
    });
    return with_what_was_before(all, stage);
  }

  /// A cause goes before its effects: the initial weights are not judged again, and what came up in
  /// a network that was broken from the start may have come of that.
  std::vector<Finding> with_what_was_before(std::vector<Finding> found, Stage stage) const {
    std::vector<Finding> all;
    for (Finding finding : before_) {
      if (stage == Stage::trained) break;  // it has learned all the same
      if (finding.problem != Problem::exploding_signal &&
          finding.problem != Problem::vanishing_signal)
        continue;
      finding.what = "before the first step " + finding.what;
      all.push_back(finding);
    }
    const bool was_healthy =
        std::none_of(before_.begin(), before_.end(),
                     [](const Finding& finding) { return finding.severity == Severity::wrong; });
    for (Finding& finding : found) {
      const Place place{finding.layer, finding.occurrence};
      if (!was_healthy && finding.severity == Severity::wrong &&
          origin_of(place, finding.problem, stage) == diagnostics::Origin::training)
        finding.advice = "mend what was wrong before the first step; then " + finding.advice;
      all.push_back(finding);
    }
    return all;
  }

  static bool contains(const std::vector<Finding>& all, std::initializer_list<Problem> problems) {
    return std::any_of(all.begin(), all.end(), [&](const Finding& finding) {
      return std::find(problems.begin(), problems.end(), finding.problem) != problems.end() &&
             finding.severity == Severity::wrong;
    });
  }

  /// The initial weights: whether the variance over the samples is kept from layer to layer. Said
  /// of training only where nothing else explains it.
  std::vector<Finding> judged_signal(const std::vector<Finding>& others, Stage stage) const {
    std::vector<Finding> all;
    if (has_before_ || contains(others, {Problem::non_finite, Problem::equal_units,
                                         Problem::dead_units, Problem::rarely_active}))
      return all;
    const UnitReport* last = nullptr;
    for (const NamedLayer& named : layers_) {
      const auto* layer = std::get_if<UnitReport>(&named.report);
      if (layer != nullptr && last != nullptr) {
        const double ratio = diagnostics::quotient(layer->input_signal(), last->input_signal());
        const std::string what = "the variance of the pre-activations over the samples is " +
                                 diagnostics::rounded_text(ratio) + " times the layer before's";
        diagnostics::Findings found(named.place.name, named.place.occurrence, stage);
        if (ratio > options_.variance_ratio)
          found.wrong_at_first(
              Problem::exploding_signal, what,
              "smaller initial weights: a variance of 2 / inputs for ReLU (He), 2 / "
              "(inputs + outputs) for tanh (Glorot)");
        else if (ratio < 1 / options_.variance_ratio)
          found.wrong_at_first(Problem::vanishing_signal, what, advice_on_shrinking(*last));
        all.insert(all.end(), found.all().begin(), found.all().end());
      }
      last = layer;
    }
    return all;
  }

  static std::string advice_on_shrinking(const UnitReport& layer) {
    const bool is_sigmoid = layer.largest_slope < 0.5 && layer.layer.smallest_output >= 0;
    return is_sigmoid ? "tanh or ReLU instead of sigmoid, whose derivative is at most " +
                            diagnostics::rounded_text(layer.largest_slope) +
                            ": a factor of every layer; or fewer layers"
                      : "larger initial weights: a variance of 2 / inputs for ReLU (He), 2 / "
                        "(inputs + outputs) for tanh (Glorot)";
  }

  std::vector<Finding> judged_gradient(const std::vector<Finding>& others, Stage stage) const {
    const std::vector<LayerGradient>& layers = gradient_.layers;
    if (layers.empty()) return {};
    for (std::size_t i = 0; i < layers.size(); ++i) {
      if (layers[i].non_finite == 0) continue;
      const Place place = gradient_place(i);
      diagnostics::Findings found(place.name, place.occurrence, stage);
      found.wrong(
          Problem::non_finite,
          std::to_string(layers[i].non_finite) + " components of the gradient are NaN or infinite",
          diagnostics::advice_for(origin_of(place, Problem::non_finite, stage),
                                  "smaller initial weights"));
      return found.all();
    }
    const Place first = gradient_place(0);
    diagnostics::Findings found(first.name, first.occurrence, stage);
    const double through = gradient_.ratio_through();
    const std::string what = "the gradient's norm at " + shown_name(first) + " is " +
                             diagnostics::rounded_text(through) + " times that at " +
                             shown_name(gradient_place(layers.size() - 1));
    if (through > options_.exploding_gradient) {
      found.wrong(Problem::exploding_gradient, what,
                  diagnostics::advice_for(origin_of(first, Problem::exploding_gradient, stage),
                                          "smaller initial weights"));
      return found.all();
    }
    // That of dead or equal units is 0 by itself.
    if (contains(others, {Problem::equal_units, Problem::dead_units, Problem::rarely_active}))
      return {};
    const double magnitude = layers.front().mean_magnitude();
    // A network that has learned has small gradients everywhere; this one lost it on the way.
    const bool is_lost = magnitude < options_.vanished_magnitude &&
                         layers.back().mean_magnitude() >= options_.vanished_magnitude;
    std::string advice = "larger initial weights, or fewer layers";
    if (contains(others, {Problem::saturated}))
      advice = "what is advised for the saturated layers";
    else if (const auto* units = first_units())
      advice = advice_on_shrinking(*units);
    const std::string both = what + ", mean |g| " + diagnostics::rounded_text(magnitude);
    if (through < options_.vanishing_gradient)
      found.wrong(Problem::vanishing_gradient, both, advice);
    else if (is_lost)
      found.wrong_at_first(Problem::vanishing_gradient, both, advice);
    return found.all();
  }

  const UnitReport* first_units() const noexcept {
    for (const NamedLayer& layer : layers_)
      if (const auto* units = std::get_if<UnitReport>(&layer.report)) return units;
    return nullptr;
  }

  static std::string problems_of(const Place& place, const std::vector<Finding>& wrong) {
    std::string names;
    for (const Finding& finding : wrong)
      if (is_of(finding, place))
        names += (names.empty() ? "" : "; ") + std::string(name_of(finding.problem));
    return names;
  }

  static std::string json_of(const std::vector<Finding>& findings) {
    std::vector<std::string> items;
    for (const Finding& finding : findings) {
      items.push_back(diagnostics::Record()
                          .add("layer", finding.layer)
                          .add("occurrence", finding.occurrence)
                          .add("problem", std::string(name_of(finding.problem)))
                          .add("what", finding.what)
                          .add("advice", finding.advice)
                          .json());
    }
    return diagnostics::json_array(items);
  }

  diagnostics::Record record_of(const Row& row) const;
  std::string shown_name(const Place& place) const;
  std::string layer_table() const;
  std::string findings_text() const;
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock

#include <hillock/diagnostics/reports/network_text.hpp>
