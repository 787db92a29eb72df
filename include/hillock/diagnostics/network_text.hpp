// The network's report as a table, as sentences, and as records.
#pragma once

#include <hillock/diagnostics/network_report.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

inline diagnostics::Record NetworkReport::record_of(std::size_t i) const {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto* units = std::get_if<UnitReport>(&layers_[i]);
  const auto* maxout = std::get_if<MaxoutReport>(&layers_[i]);
  const auto* softmax = std::get_if<SoftmaxReport>(&layers_[i]);
  const std::size_t count = units    ? units->units.size()
                            : maxout ? maxout->finite.size()
                                     : softmax->wins.size();
  const double non_finite = units    ? units->non_finite_fraction()
                            : maxout ? maxout->non_finite_fraction()
                                     : softmax->non_finite_fraction();
  return diagnostics::Record()
      .add("layer", names_[i])
      .add("kind", std::string(units    ? "units"
                               : maxout ? "maxout"
                                        : "softmax"))
      .add("units", static_cast<std::int64_t>(count))
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
      .add("gradient_norm", gradient_norm(names_[i]));
}

inline std::string NetworkReport::layer_table() const {
  using diagnostics::percent;
  using diagnostics::rounded_text;
  std::vector<std::vector<std::string>> rows{{"layer", "units", "non-finite", "dead", "low", "high",
                                              "linear", "pre-activation", "output", "one sign",
                                              "gradient", "ratio"}};
  const auto spread = [](double mean, double variance) {
    return rounded_text(mean) + " +- " + rounded_text(std::sqrt(variance));
  };
  bool has_inactive = false;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    std::vector<std::string> row{names_[i]};
    if (const auto* units = std::get_if<UnitReport>(&layers_[i])) {
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
    } else if (const auto* maxout = std::get_if<MaxoutReport>(&layers_[i])) {
      row.insert(row.end(),
                 {std::to_string(maxout->finite.size()), percent(maxout->non_finite_fraction(), 1),
                  percent(maxout->never_winning_fraction(), 1) + "+", "-", "-",
                  percent(maxout->linear_fraction(), 1), "-", "-", "-"});
    } else if (const auto* softmax = std::get_if<SoftmaxReport>(&layers_[i])) {
      row.insert(row.end(),
                 {std::to_string(softmax->wins.size()), percent(softmax->non_finite_fraction(), 1),
                  "-", "-", percent(softmax->saturated_fraction(), 1), "-", "-", "-", "-"});
    }
    const std::size_t g = gradient_index(names_[i]);
    const bool has_gradient = gradient_ && g < gradient_->layers.size();
    row.push_back(has_gradient ? rounded_text(gradient_->layers[g].norm()) : "-");
    row.push_back(has_gradient ? rounded_text(gradient_->ratio(g)) : "-");
    rows.push_back(row);
  }
  std::string text = diagnostics::table(rows);
  if (has_inactive) text += "* inactive: about half is healthy\n";
  return text;
}

/// Layers of one problem and one advice are told of together.
inline std::string NetworkReport::findings_text() const {
  const std::vector<Finding> all = findings();
  std::string text = is_healthy() ? "Nothing is wrong.\n" : "What is wrong:\n";
  std::vector<bool> told(all.size(), false);
  bool notes = false;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (told[i]) continue;
    std::size_t count = 0;
    std::string names;
    constexpr std::size_t shown = 3;
    for (std::size_t k = i; k < all.size(); ++k) {
      const bool is_same = all[k].problem == all[i].problem && all[k].is_note == all[i].is_note &&
                           all[k].advice == all[i].advice;
      if (!is_same) continue;
      told[k] = true;
      if (++count <= shown) names += (count > 1 ? ", " : "") + all[k].layer;
    }
    if (count > shown) names += " and " + std::to_string(count - shown) + " more";
    if (all[i].is_note && !notes) {
      text += "Worth knowing:\n";
      notes = true;
    }
    text += "  " + names + ": " + name_of(all[i].problem) + "\n    " +
            (count > 1 ? all[i].layer + ": " : "") + all[i].what + "\n    -> " + all[i].advice +
            '\n';
  }
  return text;
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
