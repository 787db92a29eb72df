#pragma once

#include <hillock/diagnostics/saturation.hpp>
#include <hillock/diagnostics/state.hpp>
#include <hillock/diagnostics/statistics.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// The loss gradient at one layer, over all batches. Sums of merged parts are those of the whole to
/// within 1e-12; counts are exact.
struct LayerGradient {
  std::string name;
  std::int64_t batches = 0;
  std::int64_t finite = 0;  ///< components
  std::int64_t non_finite = 0;
  double squares = 0;
  double magnitudes = 0;

  /// The root mean square over the batches of the gradient's norm; of its finite components.
  double norm() const noexcept {
    return batches == 0 ? std::numeric_limits<double>::quiet_NaN()
                        : std::sqrt(squares / static_cast<double>(batches));
  }
  double mean_magnitude() const noexcept {
    return finite == 0 ? std::numeric_limits<double>::quiet_NaN()
                       : magnitudes / static_cast<double>(finite);
  }
};

/// The gradient on its way from the last layer to the first.
struct GradientReport {
  std::vector<LayerGradient> layers;  ///< from the input to the output

  /// Norm at layer i by the norm at layer i + 1, from which it came. NaN for the last layer, and
  /// where both are 0.
  double ratio(std::size_t i) const noexcept {
    return i + 1 < layers.size() ? layers[i].norm() / layers[i + 1].norm()
                                 : std::numeric_limits<double>::quiet_NaN();
  }
  /// The product of all ratios.
  double ratio_through() const noexcept {
    return layers.size() < 2 ? std::numeric_limits<double>::quiet_NaN()
                             : layers.front().norm() / layers.back().norm();
  }
  std::int64_t non_finite() const noexcept {
    std::int64_t count = 0;
    for (const LayerGradient& layer : layers) count += layer.non_finite;
    return count;
  }
};

/// Watches the gradient of the loss layer by layer, by the pre-activations or by the weights (the
/// same for all), over any number of batches.
/// Errors       std::invalid_argument where a layer is not there, merged layers differ, or nothing
///              was observed of a layer at report().
class GradientFlow {
 public:
  /// The layers' names, from the input to the output.
  explicit GradientFlow(const std::vector<std::string>& names) {
    if (names.empty())
      throw std::invalid_argument(
          "hillock::GradientFlow: there are no layers, expected at least 1");
    for (const std::string& name : names) {
      layers_.emplace_back();
      layers_.back().name = name;
    }
  }

  /// What `state` was taken from.
  GradientFlow(const std::vector<std::string>& names, const MonitorState& state)
      : GradientFlow(names) {
    diagnostics::StateReader reader("GradientFlow", state, version);
    const std::int64_t count = reader.count();
    if (count != static_cast<std::int64_t>(names.size())) {
      reader.fail("has " + std::to_string(count) + " layers, expected " +
                  std::to_string(names.size()));
    }
    for (LayerGradient& layer : layers_) {
      layer.batches = reader.count();
      layer.finite = reader.count();
      layer.non_finite = reader.count();
      layer.squares = reader.number();
      layer.magnitudes = reader.number();
    }
    reader.finish();
  }

  /// The gradient of one batch at a layer, counted from 0.
  template <class G>
  void observe(std::size_t layer, const G& gradient) {
    static_assert(arrays::CheckElements<G>::passed);
    if (layer >= layers_.size()) {
      throw std::invalid_argument("hillock::GradientFlow::observe: the layer is " +
                                  std::to_string(layer) + ", expected one below " +
                                  std::to_string(layers_.size()));
    }
    const arrays::Input<arrays::DenseType<G>> in(arrays::as_dense(gradient));
    LayerGradient& to = layers_[layer];
    ++to.batches;
    for (Eigen::Index col = 0; col < in.shape().cols; ++col) {
      for (Eigen::Index row = 0; row < in.shape().rows; ++row) {
        const double g = static_cast<double>(in.at(row, col));
        if (!diagnostics::is_finite(g)) {
          ++to.non_finite;
          continue;
        }
        ++to.finite;
        to.squares += g * g;
        to.magnitudes += std::abs(g);
      }
    }
  }

  void merge(const GradientFlow& other) {
    if (other.description() != description()) {
      throw std::invalid_argument("hillock::GradientFlow::merge: the other has the layers " +
                                  other.description() + ", expected " + description());
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      layers_[i].batches += other.layers_[i].batches;
      layers_[i].finite += other.layers_[i].finite;
      layers_[i].non_finite += other.layers_[i].non_finite;
      layers_[i].squares += other.layers_[i].squares;
      layers_[i].magnitudes += other.layers_[i].magnitudes;
    }
  }

  GradientReport report() const {
    for (const LayerGradient& layer : layers_)
      if (layer.finite + layer.non_finite == 0)
        diagnostics::throw_no_samples(("GradientFlow::report: layer " + layer.name).c_str());
    return {layers_};
  }

  MonitorState state() const {
    MonitorState state;
    state.integers = {version, static_cast<std::int64_t>(layers_.size())};
    for (const LayerGradient& layer : layers_) {
      state.integers.insert(state.integers.end(), {layer.batches, layer.finite, layer.non_finite});
      state.numbers.insert(state.numbers.end(), {layer.squares, layer.magnitudes});
    }
    return state;
  }

 private:
  static constexpr std::int64_t version = 401;
  std::vector<LayerGradient> layers_;

  std::string description() const {
    std::string text;
    for (const LayerGradient& layer : layers_) text += (text.empty() ? "" : ", ") + layer.name;
    return text;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
