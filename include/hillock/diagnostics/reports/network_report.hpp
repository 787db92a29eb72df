#pragma once

#include <hillock/diagnostics/reports/network_text.hpp>

#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What is wrong with a network, told from the reports of its layers, from the input to the output,
/// and of the gradient on its way back, taken together.
///
///   hillock::NetworkReport report(hillock::Stage::training);
///   report.add("hidden 1", monitor.report());
///   report.add(flow.report());
///   std::cout << report;
///
/// Say where training stands (Stage): some signs are faults before the first step and health later.
/// A report of the network before its first step examines the initial weights. Given to the later
/// ones by compare_with, it lets them tell what training broke from what was broken from the start.
///
/// Layers of one name are told apart by their order: the second one of a name is compared with the
/// second one of that name, here and among the layers of the gradient.
class NetworkReport {
 public:
  using Layer = diagnostics::internal::LayerReport;

  explicit NetworkReport(const ReportOptions& options = {}) : options_(options) {}
  explicit NetworkReport(Stage stage) { options_.stage = stage; }

  /// Adds the report of the next layer: a UnitReport, a MaxoutReport or a SoftmaxReport.
  /// std::invalid_argument where the vectors of a MaxoutReport, put together by hand, do not fit.
  NetworkReport& add(const std::string& name, const Layer& layer) {
    layers_.add(name, layer);
    return *this;
  }
  /// Replaces the gradient. A gradient without layers says nothing.
  NetworkReport& add(const GradientReport& gradient) {
    layers_.set_gradient(gradient);
    return *this;
  }
  /// Compares with a report of the same network, with the same names, before its first step,
  /// whatever stage that report was said to be of. Where this report's stage is unknown, it is one
  /// of training from now on.
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

  /// What is wrong, the most serious first.
  [[nodiscard]] std::vector<Finding> findings() const { return findings_of(Severity::wrong); }
  /// What is worth knowing of a network that works.
  [[nodiscard]] std::vector<Finding> notes() const { return findings_of(Severity::worth_knowing); }

  /// Whether a problem is among the findings; notes do not count.
  [[nodiscard]] HILLOCK_NOINLINE bool has(Problem problem) const {
    for (const Finding& finding : findings())
      if (finding.problem == problem) return true;
    return false;
  }
  /// Whether something was reported and nothing of it is wrong.
  [[nodiscard]] bool is_healthy() const { return !is_empty() && findings().empty(); }

  /// Returns, under a header, a line per layer, and per layer of the gradient that is no layer of
  /// the report; problems by name. Numbers that are not finite, and numbers that a layer of another
  /// kind does not have, are empty. The text is UTF-8: of names, whatever is not becomes U+FFFD,
  /// and a NUL does. A name that begins with = + - or @ is left as it is, and a spreadsheet may
  /// take it for a formula: import that column as text.
  [[nodiscard]] std::string to_csv() const {
    return diagnostics::internal::network_csv(layers_, options_, findings());
  }

  /// Returns {"healthy", "layers", "gradient", "findings", "notes"}, in UTF-8. Numbers that are not
  /// finite are null, and so is "healthy" where nothing was reported.
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
