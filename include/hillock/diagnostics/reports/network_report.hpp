#pragma once

#include <hillock/diagnostics/reports/network_text.hpp>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Says what is wrong with a network, from the reports of its layers, in the order from the input
/// to the output, and from the report of the gradient.
///
///   hillock::NetworkReport report(hillock::Stage::training);
///   report.add("hidden 1", monitor.report());
///   report.add(flow.report());
///   std::cout << report;
///
/// State how far training has come (Stage), because some signs are faults before the first step and
/// normal later. A report of the network before its first step examines the initial weights. If it
/// is given to a later report by compare_with, that one distinguishes what training has broken from
/// what was wrong at the start.
///
/// Layers of the same name are distinguished by their order: the second layer of a name is compared
/// with the second layer of that name, in the other report and in the gradient.
class NetworkReport {
 public:
  using Layer = diagnostics::internal::LayerReport;

  explicit NetworkReport(const ReportOptions& options = {}) : options_(options) {}
  explicit NetworkReport(Stage stage) { options_.stage = stage; }

  /// Adds the report of the next layer: a UnitReport, a MaxoutReport or a SoftmaxReport. Throws
  /// std::invalid_argument if the vectors of a MaxoutReport, filled by hand, have contradicting
  /// sizes.
  NetworkReport& add(const std::string& name, const Layer& layer) {
    layers_.add(name, layer);
    return *this;
  }
  /// Sets the report of the gradient. One without layers has no effect on the findings.
  NetworkReport& add(const GradientReport& gradient) {
    layers_.set_gradient(gradient);
    return *this;
  }
  /// Compares with a report of the same network, with the same names, before its first step; the
  /// stage that is set in that report is ignored. If the stage of this report is unknown, it
  /// becomes Stage::training.
  HILLOCK_NOINLINE NetworkReport& compare_with(const NetworkReport& before) {
    before_.findings = before.findings_at(Stage::before_training);
    before_.ids.clear();
    for (const auto& row : before.layers_.rows()) before_.ids.push_back(row.id);
    before_.are_known = true;
    if (options_.stage == Stage::unknown) options_.stage = Stage::training;
    return *this;
  }

  const ReportOptions& options() const noexcept { return options_; }

  /// Whether no layer and no gradient with a sample was added.
  [[nodiscard]] bool is_empty() const noexcept { return layers_.is_empty(); }

  /// Returns what is wrong, the most serious finding first.
  [[nodiscard]] std::vector<Finding> findings() const { return findings_of(Severity::wrong); }
  /// Returns what is worth knowing although the network works.
  [[nodiscard]] std::vector<Finding> notes() const { return findings_of(Severity::worth_knowing); }

  /// Whether a problem is among the findings; notes do not count.
  [[nodiscard]] HILLOCK_NOINLINE bool has(Problem problem) const {
    for (const Finding& finding : findings())
      if (finding.problem == problem) return true;
    return false;
  }
  /// Whether something was reported and nothing of it is wrong.
  [[nodiscard]] bool is_healthy() const { return !is_empty() && findings().empty(); }

  /// Returns a header, and one line per layer of the report and per further layer of the gradient.
  /// Problems are given by name. Numbers that are not finite, and numbers that this kind of layer
  /// does not have, are empty. The text is UTF-8: in names, NUL and whatever is no UTF-8 become
  /// U+FFFD. A name that begins with = + - or @ is unchanged, and a spreadsheet may take it for a
  /// formula: import that column as text.
  [[nodiscard]] std::string to_csv() const {
    return diagnostics::internal::network_csv(layers_, options_, findings());
  }

  /// Returns an object with the members "healthy", "layers", "gradient", "findings" and "notes", in
  /// UTF-8. Numbers that are not finite are null, and so is "healthy" if nothing was reported.
  [[nodiscard]] std::string to_json() const {
    return diagnostics::internal::network_json(layers_, options_, findings(), notes());
  }

  friend std::ostream& operator<<(std::ostream& out, const NetworkReport& report) {
    return out << diagnostics::internal::layer_table(report.layers_)
               << diagnostics::internal::findings_text(report.layers_, report.findings(),
                                                       report.notes());
  }

 private:
  ReportOptions options_;
  diagnostics::internal::NetworkLayers layers_;
  diagnostics::internal::FindingsBefore before_;

  std::vector<Finding> findings_at(Stage stage) const {
    return diagnostics::internal::NetworkDiagnosis(layers_, options_, stage, before_).findings();
  }
  HILLOCK_NOINLINE std::vector<Finding> findings_of(Severity severity) const {
    std::vector<Finding> all;
    for (Finding& finding : findings_at(options_.stage))
      if (finding.severity == severity) all.push_back(std::move(finding));
    return all;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
