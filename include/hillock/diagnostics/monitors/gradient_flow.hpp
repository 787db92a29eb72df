#pragma once

#include <hillock/arrays/elementwise/transform.hpp>
#include <hillock/diagnostics/counting/finite_sums.hpp>
#include <hillock/diagnostics/reports/state.hpp>
#include <hillock/simd/masked_exceptions.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Observes the gradient of the loss layer by layer, over any number of batches: either the
/// gradient by the pre-activations or that by the weights, the same for all layers.
/// Errors       std::invalid_argument if a layer does not exist, merged layers differ, a state
///              belongs to other layers or contradicts itself, a merge would count more than 2^53
///              elements, or report() is called before every layer was observed.
class GradientFlow {
 public:
  /// Takes the layers' names, from the input to the output.
  HILLOCK_NOINLINE explicit GradientFlow(const std::vector<std::string>& names) {
    if (names.empty())
      detail::refuse("hillock::GradientFlow: there are no layers, expected at least 1");
    layers_.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) layers_[i].name = names[i];
  }

  /// Restores the monitor that `state` was taken from.
  HILLOCK_NOINLINE GradientFlow(const std::vector<std::string>& names, const MonitorState& state)
      : GradientFlow(names) {
    using namespace diagnostics::internal;
    StateReader reader("GradientFlow", state, version);
    require_same("GradientFlow: the state", description_in(reader), description());
    reader.require_rest(size_of(layers_.size()), "layers", 3, 3);
    std::int64_t left = max_elements;
    for (LayerGradient& layer : layers_) {
      left -= layer.batches = reader.count("batches", left);
      left -= layer.finite = reader.count("finite components", left);
      left -= layer.non_finite = reader.count("components that are not finite", left);
      layer.sums.squares = reader.number();
      layer.sums.magnitudes = reader.number();
      layer.sums.scale = reader.number();
      require_possible(reader, layer);
    }
  }

  /// Adds the gradient of one batch at a layer, counted from 0.
  template <class G>
  void observe(std::size_t layer, const G& gradient) {
    static_assert(detail::CheckElements<G>::passed);
    if (layer >= layers_.size()) refuse_layer(layer);
    const auto& evaluated = detail::evaluated(detail::as_dense(gradient));
    const auto in = detail::input_view(evaluated);
    if (in.shape().rows == 0 || in.shape().cols == 0) return;
    LayerGradient batch;
    // A sum shows whether a square has overflowed; then the sums are computed once more with a
    // scale.
    detail::simd::with_masked_exceptions([&] { add_up(in, batch); });
    layers_[layer].merge(batch);
  }

  HILLOCK_NOINLINE void merge(const GradientFlow& other) {
    using namespace diagnostics::internal;
    require_same("GradientFlow::merge: the other", other.description(), description());
    require_countable("GradientFlow::merge", total_count(), other.total_count(), 1);
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].merge(other.layers_[i]);
  }

  [[nodiscard]] HILLOCK_NOINLINE GradientReport report() const {
    for (const LayerGradient& layer : layers_)
      if (layer.finite + layer.non_finite == 0)
        diagnostics::internal::refuse_without_samples({"GradientFlow::report: layer ", layer.name});
    return {layers_};
  }

  /// Returns the state of the monitor. A monitor of the same layers that is made from it,
  /// elsewhere, continues and merges as this one would.
  [[nodiscard]] HILLOCK_NOINLINE MonitorState state() const {
    MonitorState state;
    const auto put = [&state](std::int64_t integer) { state.integers.push_back(integer); };
    put(version);
    put(diagnostics::internal::size_of(layers_.size()));
    for (const LayerGradient& layer : layers_) {
      put(diagnostics::internal::size_of(layer.name.size()));
      for (const char letter : layer.name) put(static_cast<unsigned char>(letter));
    }
    for (const LayerGradient& layer : layers_) {
      for (const std::int64_t count : {layer.batches, layer.finite, layer.non_finite}) put(count);
      for (const double sum : {layer.sums.squares, layer.sums.magnitudes, layer.sums.scale})
        state.numbers.push_back(sum);
    }
    return state;
  }

 private:
  static constexpr std::int64_t version = 402;
  std::vector<LayerGradient> layers_;

  template <class G>
  static HILLOCK_NOINLINE void add_up(const G& in, LayerGradient& to) {
    using V = detail::simd::Batch<typename G::T>;
    diagnostics::internal::FiniteSums<V> sums;
    add_to(sums, in);
    to.sums = sums.sums();
    to.non_finite = sums.non_finite();
    to.finite = static_cast<std::int64_t>(in.shape().rows * in.shape().cols) - to.non_finite;
    to.batches = to.finite > 0 ? 1 : 0;
    if (const double scale = to.sums.best_scale(); scale != 1) {
      diagnostics::internal::FiniteSums<V, true> scaled(scale);
      add_to(scaled, in);
      to.sums = scaled.sums();
    }
  }

  /// Adds the elements in storage order, from memory or through a buffer.
  template <class Sums, class G>
  static HILLOCK_LOOP void add_to(Sums& sums, const G& in) {
    using Index = Eigen::Index;
    detail::Lines lines = detail::lines_of(in);
    const bool along_row = lines.along_row;
    if (G::is_strided && in.step(along_row) == 1 && detail::are_without_gaps(lines, in))
      lines = {1, lines.count * lines.length, along_row};
    typename G::T buffer[detail::buffer_size];
    const bool is_read_in_place = G::is_loadable && in.step(along_row) == 1;
    const Index chunk_size = is_read_in_place ? lines.length : detail::buffer_size;
    for (Index line = 0; line < lines.count; ++line) {
      for (Index at = 0; at < lines.length; at += chunk_size) {
        const Index n = std::min(chunk_size, lines.length - at);
        sums.add(in.read(along_row ? line : at, along_row ? at : line, n, along_row, buffer), n);
      }
    }
  }

  [[noreturn]] HILLOCK_COLD void refuse_layer(std::size_t layer) const {
    using namespace diagnostics::internal;
    refuse({"hillock::GradientFlow::observe: the layer is ", std::to_string(layer),
            ", expected a number below ", size_of(layers_.size())});
  }

  /// Returns the sum of all counts.
  std::int64_t total_count() const noexcept {
    std::int64_t count = 0;
    for (const LayerGradient& layer : layers_)
      count += layer.batches + layer.finite + layer.non_finite;
    return count;
  }

  HILLOCK_NOINLINE static void require_possible(const diagnostics::internal::StateReader& reader,
                                                const LayerGradient& layer) {
    using diagnostics::internal::all_digits;
    // This limit is far below overflow, because sums are scaled.
    const auto is_sum = [&layer](double sum) {
      return diagnostics::internal::is_finite(sum) && sum <= 0x1p960 &&
             (layer.finite == 0 ? sum == 0 : sum >= 0);
    };
    const diagnostics::NormSums& sums = layer.sums;
    if (layer.batches <= layer.finite && (layer.batches > 0 || layer.finite == 0) &&
        is_sum(sums.squares) && is_sum(sums.magnitudes) &&
        sums.are_possible(static_cast<double>(layer.finite)))
      return;
    reader.fail({"has ", layer.finite, " finite components of ", layer.batches,
                 " batches, whose squares add up to ", all_digits(sums.squares),
                 " and whose magnitudes to ", all_digits(sums.magnitudes), ", with the scale ",
                 all_digits(sums.scale), " (layer ", layer.name, ")"});
  }

  using Description = diagnostics::internal::Description;
  HILLOCK_NOINLINE static void describe(Description& description, const std::string& name) {
    using namespace diagnostics::internal;
    description.push_back(joined({"layer ", size_of(description.size() - 1), " \"", name, "\""}));
  }
  static std::string count_of(std::size_t layers) {
    return diagnostics::internal::joined({diagnostics::internal::size_of(layers), " layers"});
  }
  HILLOCK_NOINLINE Description description() const {
    Description description{count_of(layers_.size())};
    for (const LayerGradient& layer : layers_) describe(description, layer.name);
    return description;
  }
  HILLOCK_NOINLINE static Description description_in(diagnostics::internal::StateReader& reader) {
    const std::int64_t layers = reader.size("layers");
    Description description{count_of(static_cast<std::size_t>(layers))};
    for (std::int64_t left = layers; left > 0; --left) {
      std::string name;
      for (std::int64_t letters = reader.size("letters of a name", 0); letters > 0; --letters)
        name += static_cast<char>(reader.integer("as a letter", 0, 255));
      describe(description, name);
    }
    return description;
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
