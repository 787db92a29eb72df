// A network's report as a table, as sentences, and as CSV and JSON.
#pragma once

#include <hillock/diagnostics/reports/network_findings.hpp>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

/// Returns a table with a line per layer.
HILLOCK_NOINLINE inline std::string layer_table(const NetworkLayers& network) {
  Table table;
  table.begin("layer");
  table.add_all({"units", "non-finite", "dead", "low", "high", "linear", "pre-activation", "output",
                 "one sign", "gradient", "ratio"});
  const auto add_spread = [&table](double mean, double variance) {
    table.add(joined({rounded_text(mean), " +- ", rounded_text(std::sqrt(variance))}));
  };
  bool has_inactive = false, has_pieces = false;
  for (const Row& row : network.rows()) {
    table.begin(network.shown_name(row.id));
    if (const auto* units = std::get_if<UnitReport>(row.report)) {
      has_inactive |= units->low_side_is_inactive;
      table.add_all({size_of(units->units.size()), percent(units->non_finite_fraction(), 1),
                     percent(units->dead_fraction(), 1),
                     joined({percent(units->saturated_low_fraction(), 1),
                             units->low_side_is_inactive ? "*" : ""}),
                     percent(units->saturated_high_fraction(), 1),
                     percent(units->near_linear_fraction(), 1)});
      add_spread(units->layer.mean_input(), units->layer.input_variance());
      add_spread(units->layer.mean_output(), units->layer.output_variance());
      table.add(percent(units->sign_coherence(), 1));
    } else if (const auto* maxout = std::get_if<MaxoutReport>(row.report)) {
      has_pieces = true;
      table.add_all({size_of(maxout->finite.size()), percent(maxout->non_finite_fraction(), 1),
                     joined({percent(maxout->never_argmax_fraction(), 1), "+"}), "-", "-",
                     percent(maxout->linear_fraction(), 1)});
    } else if (const auto* softmax = std::get_if<SoftmaxReport>(row.report)) {
      table.add_all({size_of(softmax->argmax_counts.size()),
                     percent(softmax->non_finite_fraction(), 1), "-", "-",
                     percent(softmax->saturated_fraction(), 1)});
    }
    table.fill(table.columns() - (row.gradient ? 2 : 0), "-");
    if (!row.gradient) continue;
    table.add(rounded_text(network.gradient().layers[*row.gradient].norm()));
    table.add(rounded_text(network.gradient().ratio(*row.gradient)));
  }
  std::string text = table.text();
  if (has_inactive) text += "* inactive: about half is healthy\n";
  if (has_pieces) text += "+ of Maxout: pieces that are never the argmax\n";
  return text;
}

/// Returns findings as sentences. Layers with the same problem and the same advice share one.
HILLOCK_NOINLINE inline std::string sentences(const NetworkLayers& network,
                                              const std::vector<Finding>& all) {
  const auto name = [&](const Finding& finding) {
    return network.shown_name({finding.layer, finding.occurrence});
  };
  const auto are_alike = [](const Finding& a, const Finding& b) {
    return a.problem == b.problem && a.advice == b.advice;
  };
  std::string text;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Finding& finding = all[i];
    bool is_written = false;
    for (std::size_t k = 0; k < i; ++k) is_written = is_written || are_alike(all[k], finding);
    if (is_written) continue;
    constexpr std::int64_t shown = 3;
    std::int64_t count = 0;
    text += "  ";
    for (std::size_t k = i; k < all.size(); ++k) {
      if (!are_alike(all[k], finding)) continue;
      if (++count <= shown) append(text, {count > 1 ? ", " : "", name(all[k])});
    }
    if (count > shown) append(text, {" and ", count - shown, " more"});
    append(text, {": ", name_of(finding.problem), "\n    "});
    if (count > 1) append(text, {name(finding), ": "});
    append(text, {line_text(finding.what), "\n    -> ", finding.advice, "\n"});
  }
  return text;
}

HILLOCK_NOINLINE inline std::string findings_text(const NetworkLayers& network,
                                                  const std::vector<Finding>& wrong,
                                                  const std::vector<Finding>& notes) {
  if (network.is_empty()) return "Nothing was reported.\n";
  std::string text = wrong.empty() ? "Nothing is wrong.\n"
                                   : joined({"What is wrong:\n", sentences(network, wrong)});
  if (!notes.empty()) append(text, {"Worth knowing:\n", sentences(network, notes)});
  return text;
}

/// Returns the record of a layer. Numbers that a layer of its kind does not have are NaN.
HILLOCK_NOINLINE inline Record record_of(const NetworkLayers& network, const ReportOptions& options,
                                         const Row& row) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const auto* units = std::get_if<UnitReport>(row.report);  // null where row.report is null
  const auto* maxout = std::get_if<MaxoutReport>(row.report);
  const auto* softmax = std::get_if<SoftmaxReport>(row.report);
  const std::size_t count = units     ? units->units.size()
                            : maxout  ? maxout->finite.size()
                            : softmax ? softmax->argmax_counts.size()
                                      : 0;
  const double non_finite = units     ? units->non_finite_fraction()
                            : maxout  ? maxout->non_finite_fraction()
                            : softmax ? softmax->non_finite_fraction()
                                      : none;
  const char* const kind = units ? "units" : maxout ? "maxout" : softmax ? "softmax" : "gradient";
  Record record;
  record.add("layer", row.id.name)
      .add("occurrence", row.id.occurrence)
      .add("kind", std::string(kind))
      .add("units", row.report != nullptr ? static_cast<double>(count) : none)
      .add("non_finite", non_finite)
      .add("dead", units ? units->dead_fraction() : none)
      .add("rarely_active", units ? units->rarely_active_fraction(options.rare_activity) : none)
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
      .add("never_argmax", maxout ? maxout->never_argmax_fraction() : none)
      .add("saturated_softmax", softmax ? softmax->saturated_fraction() : none)
      .add("gradient_norm", row.gradient ? network.gradient().layers[*row.gradient].norm() : none);
  return record;
}

/// Returns the names of what is wrong with a layer.
HILLOCK_NOINLINE inline std::string problems_of(const LayerId& id,
                                                const std::vector<Finding>& wrong) {
  std::string names;
  for (const Finding& finding : wrong)
    if (is_of(finding, id)) append(names, {names.empty() ? "" : "; ", name_of(finding.problem)});
  return names;
}

HILLOCK_NOINLINE inline std::string network_csv(const NetworkLayers& network,
                                                const ReportOptions& options,
                                                const std::vector<Finding>& wrong) {
  std::string text = record_of(network, options, {{"", 1}, nullptr, std::nullopt})
                         .add("problems", std::string())
                         .csv_header();
  for (const Row& row : network.rows())
    text += record_of(network, options, row).add("problems", problems_of(row.id, wrong)).csv();
  return text;
}

HILLOCK_NOINLINE inline std::string findings_json(const std::vector<Finding>& findings) {
  std::vector<std::string> items;
  for (const Finding& finding : findings) {
    Record record;
    record.add("layer", finding.layer)
        .add("occurrence", finding.occurrence)
        .add("problem", std::string(name_of(finding.problem)))
        .add("what", finding.what)
        .add("advice", finding.advice);
    items.push_back(record.json());
  }
  return json_array(items);
}

HILLOCK_NOINLINE inline std::string network_json(const NetworkLayers& network,
                                                 const ReportOptions& options,
                                                 const std::vector<Finding>& wrong,
                                                 const std::vector<Finding>& notes) {
  std::vector<std::string> layers, gradients;
  for (const Row& row : network.rows())
    if (row.report != nullptr) layers.push_back(record_of(network, options, row).json());
  const GradientReport& gradient = network.gradient();
  for (std::size_t i = 0; i < gradient.layers.size(); ++i) {
    const LayerGradient& layer = gradient.layers[i];
    Record record;
    record.add("layer", layer.name)
        .add("norm", layer.norm())
        .add("ratio", gradient.ratio(i))
        .add("mean_magnitude", layer.mean_magnitude())
        .add("non_finite", layer.non_finite);
    gradients.push_back(record.json());
  }
  Record record;
  record.add_json("healthy", network.is_empty() ? "null"
                             : wrong.empty()    ? "true"
                                                : "false")
      .add_json("layers", json_array(layers))
      .add_json("gradient", json_array(gradients))
      .add_json("findings", findings_json(wrong))
      .add_json("notes", findings_json(notes));
  return record.json() + '\n';
}

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
