// The network's report as a table, as sentences, and as records.
#pragma once

#include <hillock/diagnostics/reports/network_report.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

inline diagnostics::Record NetworkReport::record_of(const Row& row) const {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto* units = std::get_if<UnitReport>(row.report);  // null of null
  const auto* maxout = std::get_if<MaxoutReport>(row.report);
  const auto* softmax = std::get_if<SoftmaxReport>(row.report);
  const std::size_t count = units     ? units->units.size()
                            : maxout  ? maxout->finite.size()
                            : softmax ? softmax->wins.size()
                                      : 0;
  const double non_finite = units     ? units->non_finite_fraction()
                            : maxout  ? maxout->non_finite_fraction()
                            : softmax ? softmax->non_finite_fraction()
                                      : none;
  return diagnostics::Record()
      .add("layer", row.place.name)
      .add("occurrence", row.place.occurrence)
      .add("kind", std::string(units     ? "units"
                               : maxout  ? "maxout"
                               : softmax ? "softmax"
                                         : "gradient"))
      .add("units", row.report != nullptr ? static_cast<double>(count) : none)
      .add("non_finite", non_finite)
      .add("dead", units ? units->dead_fraction() : none)
      .add("rarely_active", units ? units->rarely_active_fraction(options_.rare_activity) : none)
      .add("low_side_is_inactive",
           std::string(units ? units->low_side_is_inactive ? "yes" : "no" : ""))
      .add("saturated_low", units ? units->saturated_low_fraction() : none)
      .add("saturated_high", units ? units->saturated_high_fraction() : none)
      .add("near_linear", units ? units->near_linear_fraction() : none)
      .add("mean_input", units ? units->layer.mean_input() : none)
      .add("input_variance", units ? units->layer.input_variance() : none)
      .add("input_signal", units ? units->input_signal() : none)
      .add("mean_output", units ? units->layer.mean_output() : none)
      .add("output_variance", units ? units->layer.output_variance() : none)
      .add("one_sign", units ? units->sign_coherence() : none)
      .add("never_winning", maxout ? maxout->never_winning_fraction() : none)
      .add("saturated_softmax", softmax ? softmax->saturated_fraction() : none)
      .add("gradient_norm", row.gradient ? gradient_.layers[*row.gradient].norm() : none);
}

/// With its number where several layers have the name.
inline std::string NetworkReport::shown_name(const Place& place) const {
  const std::int64_t alike = std::max<std::int64_t>(occurrences(layers_, place.name),
                                                    occurrences(gradient_.layers, place.name));
  const std::string name = diagnostics::line_text(place.name);
  return alike > 1
             ? name + " (" + std::to_string(place.occurrence) + " of " + std::to_string(alike) + ")"
             : name;
}

inline std::string NetworkReport::layer_table() const {
  using diagnostics::percent;
  using diagnostics::rounded_text;
  std::vector<std::vector<std::string>> lines{{"layer", "units", "non-finite", "dead", "low",
                                               "high", "linear", "pre-activation", "output",
                                               "one sign", "gradient", "ratio"}};
  const auto spread = [](double mean, double variance) {
    return rounded_text(mean) + " +- " + rounded_text(std::sqrt(variance));
  };
  bool has_inactive = false, has_pieces = false;
  for (const Row& of : rows()) {
    std::vector<std::string> row{shown_name(of.place)};
    if (const auto* units = std::get_if<UnitReport>(of.report)) {
      has_inactive |= units->low_side_is_inactive;
      row.insert(
          row.end(),
          {std::to_string(units->units.size()), percent(units->non_finite_fraction(), 1),
           percent(units->dead_fraction(), 1),
           percent(units->saturated_low_fraction(), 1) + (units->low_side_is_inactive ? "*" : ""),
           percent(units->saturated_high_fraction(), 1), percent(units->near_linear_fraction(), 1),
           spread(units->layer.mean_input(), units->layer.input_variance()),
           spread(units->layer.mean_output(), units->layer.output_variance()),
           percent(units->sign_coherence(), 1)});
    } else if (const auto* maxout = std::get_if<MaxoutReport>(of.report)) {
      has_pieces = true;
      row.insert(row.end(),
                 {std::to_string(maxout->finite.size()), percent(maxout->non_finite_fraction(), 1),
                  percent(maxout->never_winning_fraction(), 1) + "+", "-", "-",
                  percent(maxout->linear_fraction(), 1), "-", "-", "-"});
    } else if (const auto* softmax = std::get_if<SoftmaxReport>(of.report)) {
      row.insert(row.end(),
                 {std::to_string(softmax->wins.size()), percent(softmax->non_finite_fraction(), 1),
                  "-", "-", percent(softmax->saturated_fraction(), 1), "-", "-", "-", "-"});
    }
    row.resize(lines[0].size() - 2, "-");
    row.push_back(of.gradient ? rounded_text(gradient_.layers[*of.gradient].norm()) : "-");
    row.push_back(of.gradient ? rounded_text(gradient_.ratio(*of.gradient)) : "-");
    lines.push_back(row);
  }
  std::string text = diagnostics::table(lines);
  if (has_inactive) text += "* inactive: about half is healthy\n";
  if (has_pieces) text += "+ of Maxout: pieces that never win\n";
  return text;
}

inline std::string NetworkReport::findings_text() const {
  if (is_empty()) return "Nothing was reported.\n";
  // Layers of one problem and one advice are told of together.
  const auto told = [this](const std::vector<Finding>& all) {
    std::string text;
    std::vector<bool> is_told(all.size(), false);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (is_told[i]) continue;
      const std::string first = shown_name({all[i].layer, all[i].occurrence});
      std::size_t count = 0;
      std::string names;
      constexpr std::size_t shown = 3;
      for (std::size_t k = i; k < all.size(); ++k) {
        if (all[k].problem != all[i].problem || all[k].advice != all[i].advice) continue;
        is_told[k] = true;
        if (++count <= shown)
          names += (count > 1 ? ", " : "") + shown_name({all[k].layer, all[k].occurrence});
      }
      if (count > shown) names += " and " + std::to_string(count - shown) + " more";
      text += "  " + names + ": " + name_of(all[i].problem) + "\n    " +
              (count > 1 ? first + ": " : "") + diagnostics::line_text(all[i].what) + "\n    -> " +
              all[i].advice + '\n';
    }
    return text;
  };
  const std::vector<Finding> wrong = findings(), known = notes();
  return (wrong.empty() ? "Nothing is wrong.\n" : "What is wrong:\n" + told(wrong)) +
         (known.empty() ? std::string() : "Worth knowing:\n" + told(known));
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
