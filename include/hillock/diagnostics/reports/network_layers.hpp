// The reports of a network's layers, and the numbers that distinguish layers of the same name.
#pragma once

#include <hillock/diagnostics/reports/gradient_report.hpp>
#include <hillock/diagnostics/reports/maxout_report.hpp>
#include <hillock/diagnostics/reports/softmax_report.hpp>
#include <hillock/diagnostics/reports/unit_report.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

using LayerReport = std::variant<UnitReport, MaxoutReport, SoftmaxReport>;

/// Identifies a layer by its name and its number among the layers of that name, counted from 1.
struct LayerId {
  std::string name;
  std::int64_t occurrence = 1;
};
inline bool operator==(const LayerId& a, const LayerId& b) noexcept {
  return a.name == b.name && a.occurrence == b.occurrence;
}

struct NamedLayer {
  LayerId id;
  LayerReport report;
};

/// One layer with its report, the index of its gradient, or both.
struct Row {
  LayerId id;
  const LayerReport* report;
  std::optional<std::size_t> gradient;
};

inline bool has_samples(const MaxoutReport& report) noexcept {
  for (const std::int64_t count : report.finite)
    if (count > 0) return true;
  for (const std::int64_t count : report.non_finite)
    if (count > 0) return true;
  return false;
}
HILLOCK_NOINLINE inline bool has_samples(const LayerReport& report) noexcept {
  if (const auto* units = std::get_if<UnitReport>(&report)) return units->layer.samples() > 0;
  if (const auto* maxout = std::get_if<MaxoutReport>(&report)) return has_samples(*maxout);
  return std::get_if<SoftmaxReport>(&report)->samples() > 0;
}

/// Refuses a report whose vectors have contradicting sizes. (A user may fill it by hand.)
HILLOCK_NOINLINE inline void require_fitting(const MaxoutReport& report) {
  const std::size_t units = report.finite.size();
  const auto pieces = static_cast<std::size_t>(report.pieces);
  if (report.non_finite.size() == units && report.pieces >= 0 &&
      (units == 0 || report.argmax_counts.size() / units == pieces) &&
      report.argmax_counts.size() == units * pieces)
    return;
  refuse({"hillock::NetworkReport::add: the Maxout report has ",
          size_of(report.argmax_counts.size()), " argmax counts, ", size_of(units), " and ",
          size_of(report.non_finite.size()), " counts of samples and ", report.pieces,
          " pieces, expected as many argmax counts as units times pieces"});
}

/// The layers from the input to the output, and the gradient at them.
class NetworkLayers {
 public:
  HILLOCK_NOINLINE void add(const std::string& name, const LayerReport& report) {
    if (const auto* maxout = std::get_if<MaxoutReport>(&report)) require_fitting(*maxout);
    layers_.push_back({{name, layers_of_name(name) + 1}, report});
  }
  void set_gradient(const GradientReport& gradient) { gradient_ = gradient; }

  const std::vector<NamedLayer>& layers() const noexcept { return layers_; }
  const GradientReport& gradient() const noexcept { return gradient_; }

  /// Returns whether no layer and no gradient has a sample.
  HILLOCK_NOINLINE bool is_empty() const noexcept {
    for (const NamedLayer& layer : layers_)
      if (has_samples(layer.report)) return false;
    for (const LayerGradient& layer : gradient_.layers)
      if (layer.finite + layer.non_finite > 0) return false;
    return true;
  }

  LayerId gradient_layer_id(std::size_t i) const {
    const std::string& name = gradient_.layers[i].name;
    return {name, gradients_of_name(name, i) + 1};
  }

  /// Returns the layers that were added, then the layers that only the gradient has.
  HILLOCK_NOINLINE std::vector<Row> rows() const {
    std::vector<Row> all;
    all.reserve(layers_.size() + gradient_.layers.size());
    for (const NamedLayer& layer : layers_) all.push_back({layer.id, &layer.report, std::nullopt});
    for (std::size_t i = 0; i < gradient_.layers.size(); ++i) {
      LayerId id = gradient_layer_id(i);
      std::size_t same = 0;
      while (same < layers_.size() && !(all[same].id == id)) ++same;
      if (same < layers_.size())
        all[same].gradient = i;
      else
        all.push_back({std::move(id), nullptr, i});
    }
    return all;
  }

  /// Returns a layer's name, with its number if several layers have the name.
  HILLOCK_NOINLINE std::string shown_name(const LayerId& id) const {
    const std::int64_t layers = layers_of_name(id.name);
    const std::int64_t gradients = gradients_of_name(id.name, gradient_.layers.size());
    const std::int64_t alike = layers < gradients ? gradients : layers;
    std::string name = line_text(id.name);
    if (alike > 1) append(name, {" (", id.occurrence, " of ", alike, ")"});
    return name;
  }

  /// Returns the first layer of units; null if there is none.
  const UnitReport* first_units() const noexcept {
    for (const NamedLayer& layer : layers_)
      if (const auto* units = std::get_if<UnitReport>(&layer.report)) return units;
    return nullptr;
  }

 private:
  std::vector<NamedLayer> layers_;
  GradientReport gradient_;

  HILLOCK_NOINLINE std::int64_t layers_of_name(const std::string& name) const noexcept {
    std::int64_t count = 0;
    for (const NamedLayer& layer : layers_) count += layer.id.name == name;
    return count;
  }
  /// Counts among the first `end` layers of the gradient.
  HILLOCK_NOINLINE std::int64_t gradients_of_name(const std::string& name,
                                                  std::size_t end) const noexcept {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < end; ++i) count += gradient_.layers[i].name == name;
    return count;
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
