#pragma once

#include <hillock/diagnostics/counting/lane_totals.hpp>
#include <hillock/diagnostics/reports/state.hpp>
#include <hillock/diagnostics/reports/statistics.hpp>
#include <hillock/errors.hpp>
#include <hillock/simd/masked_exceptions.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace diagnostics {

/// Sums of magnitudes and of their squares, of what is taken times a scale (see scale_for).
struct NormSums {
  double squares = 0, magnitudes = 0, scale = 1;

  void add(NormSums other) noexcept {
    if (other.magnitudes == 0) return;
    if (magnitudes == 0) scale = other.scale;
    const double common = std::min(scale, other.scale);
    set_scale(common);
    other.set_scale(common);
    squares += other.squares;
    magnitudes += other.magnitudes;
    if (squares > most) set_scale(scale_for(most));
  }
  /// The scale in which sums that came out as these lose nothing.
  double best_scale() const noexcept {
    if (!(squares <= most)) return scale_for(most);
    return squares < least && magnitudes > 0 ? scale_for(least) : scale;
  }
  /// Whether they can be of n numbers: sums that add() would have brought to another scale cannot,
  /// nor squares beyond the square of the magnitudes, or fewer than n equal numbers have.
  bool are_possible(double n) const noexcept {
    constexpr double rounding = 1 + 1e-3;
    const double norm = std::sqrt(squares);
    return is_scale(scale) && (squares <= most || scale < 1) && norm <= magnitudes * rounding &&
           magnitudes <= norm * std::sqrt(n) * rounding;
  }

 private:
  static constexpr double least = 0x1p-850, most = 0x1p850;

  void set_scale(double to) noexcept {
    const double by = to / scale;
    magnitudes *= by;
    squares *= by;
    squares *= by;
    scale = to;
  }
};

/// Sums in double over numbers as they lie in memory, scaled or as they are; those that are not
/// finite are counted alone.
template <class V, bool IsScaled = false>
class FiniteSums {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  using Bits = detail::simd::Bits<T, typename V::arch>;
  using Wide = decltype(widened(V()));
  static constexpr Index width = static_cast<Index>(V::size);

 public:
  explicit FiniteSums(double scale = 1) noexcept : scale_(scale) {}

  HILLOCK_NOINLINE void add(const T* x, Index n) noexcept {
    // In two halves in turn: a sum need not wait for the one before it.
    Sums even = even_, odd = odd_;
    Index at = 0;
    for (; at + 2 * width <= n; at += 2 * width) {
      even.add(V::load(x + at), scale_);
      odd.add(V::load(x + at + width), scale_);
    }
    for (; at < n; at += width) {
      const auto count = static_cast<std::size_t>(n - at < width ? n - at : width);
      T rest[V::size] = {};  // zeros add nothing
      std::copy_n(x + at, count, rest);
      even.add(V::load(rest), scale_);
    }
    even_ = even;
    odd_ = odd;
  }

  std::int64_t non_finite() const noexcept {
    return sum_of_patterns(V::from_bits(even_.non_finite + odd_.non_finite));
  }
  NormSums sums() const noexcept {
    return {total(even_.squares, odd_.squares), total(even_.magnitudes, odd_.magnitudes), scale_};
  }

 private:
  struct Sums {
    Bits non_finite = 0;
    Wide squares = widened(V(0)), magnitudes = widened(V(0));

    HILLOCK_INLINE void add(V x, double scale) noexcept {
      const Bits one_or_zero = non_finite_bit(x) >> (8 * static_cast<int>(sizeof(T)) - 1);
      non_finite = non_finite + one_or_zero;
      // Zero where it is not finite.
      Wide magnitude = widened(V::from_bits(bits(abs(x)) & (one_or_zero - Bits(1))));
      for (std::size_t i = 0; i < magnitude.size(); ++i) {
        if constexpr (IsScaled) magnitude[i] = magnitude[i] * scale;
        squares[i] = fma(magnitude[i], magnitude[i], squares[i]);
        magnitudes[i] = magnitudes[i] + magnitude[i];
      }
    }
  };
  double scale_;
  Sums even_, odd_;

  static double total(const Wide& even, const Wide& odd) noexcept {
    double sum = 0;
    for (std::size_t i = 0; i < even.size(); ++i) sum += sum_of(even[i] + odd[i]);
    return sum;
  }
};

}  // namespace diagnostics

/// The loss gradient at one layer, over all batches. Sums of merged parts are those of the whole to
/// within 1e-12, from the subnormal numbers to the largest; counts are exact.
struct LayerGradient {
  std::string name;
  std::int64_t batches = 0;  ///< of which a component was finite
  std::int64_t finite = 0;   ///< components
  std::int64_t non_finite = 0;
  diagnostics::NormSums sums;  ///< of the finite components

  /// The root mean square over the batches of the gradient's norm; of its finite components.
  double norm() const noexcept {
    return batches == 0 ? std::numeric_limits<double>::quiet_NaN()
                        : diagnostics::unscaled(scaled_norm(), sums.scale);
  }
  double mean_magnitude() const noexcept {
    return finite == 0 ? std::numeric_limits<double>::quiet_NaN()
                       : diagnostics::unscaled(diagnostics::sealed_quotient(
                                                   sums.magnitudes, static_cast<double>(finite)),
                                               sums.scale);
  }
  /// norm() / other.norm(), also where doubles do not hold them.
  double ratio(const LayerGradient& other) const noexcept {
    if (batches == 0 || other.batches == 0) return std::numeric_limits<double>::quiet_NaN();
    const double scaled = diagnostics::quotient(scaled_norm(), other.scaled_norm());
    if (sums.scale == other.sums.scale) return scaled;
    return diagnostics::unscaled(diagnostics::unscaled(scaled, sums.scale), 1 / other.sums.scale);
  }

  /// Adds what another monitor has seen of the layer.
  void merge(const LayerGradient& other) noexcept {
    batches += other.batches;
    finite += other.finite;
    non_finite += other.non_finite;
    sums.add(other.sums);
  }

 private:
  double scaled_norm() const noexcept {
    return std::sqrt(diagnostics::sealed_quotient(sums.squares, static_cast<double>(batches)));
  }
};

/// The gradient on its way from the last layer to the first.
struct GradientReport {
  std::vector<LayerGradient> layers;  ///< from the input to the output

  /// Norm at layer i by the norm at layer i + 1, from which it came. NaN for the last layer, and
  /// where both are 0.
  double ratio(std::size_t i) const noexcept {
    return i + 1 < layers.size() ? layers[i].ratio(layers[i + 1])
                                 : std::numeric_limits<double>::quiet_NaN();
  }
  /// The product of all ratios.
  double ratio_through() const noexcept {
    return layers.size() < 2 ? std::numeric_limits<double>::quiet_NaN()
                             : layers.front().ratio(layers.back());
  }
  std::int64_t non_finite() const noexcept {
    std::int64_t count = 0;
    for (const LayerGradient& layer : layers) count += layer.non_finite;
    return count;
  }
};

/// Watches the gradient of the loss layer by layer, by the pre-activations or by the weights (the
/// same for all), over any number of batches.
/// Errors       std::invalid_argument where a layer is not there, merged layers differ, a state is
///              of other layers or contradicts itself, a merge would count more than 2^53, or
///              nothing was observed of a layer at report().
class GradientFlow {
 public:
  /// The layers' names, from the input to the output.
  explicit GradientFlow(const std::vector<std::string>& names) {
    if (names.empty())
      detail::refuse("hillock::GradientFlow: there are no layers, expected at least 1");
    for (const std::string& name : names) {
      layers_.emplace_back();
      layers_.back().name = name;
    }
  }

  /// What `state` was taken from.
  GradientFlow(const std::vector<std::string>& names, const MonitorState& state)
      : GradientFlow(names) {
    diagnostics::StateReader reader("GradientFlow", state, version);
    diagnostics::require_same("GradientFlow: the state", description_in(reader), description());
    reader.require_rest(static_cast<std::int64_t>(layers_.size()), "layers", 3, 3);
    std::int64_t left = diagnostics::most_elements;
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

  /// The gradient of one batch at a layer, counted from 0.
  template <class G>
  void observe(std::size_t layer, const G& gradient) {
    static_assert(detail::CheckElements<G>::passed);
    if (layer >= layers_.size()) {
      detail::refuse("hillock::GradientFlow::observe: the layer is " + std::to_string(layer) +
                     ", expected one below " + std::to_string(layers_.size()));
    }
    const auto& evaluated = detail::evaluated(detail::as_dense(gradient));
    const auto in = detail::input_view(evaluated);
    if (in.shape().rows == 0 || in.shape().cols == 0) return;
    LayerGradient batch;
    // A square that overflows is found by its sum, and taken once more otherwise.
    detail::simd::with_masked_exceptions([&] { add_up(in, batch); });
    layers_[layer].merge(batch);
  }

  void merge(const GradientFlow& other) {
    diagnostics::require_same("GradientFlow::merge: the other", other.description(), description());
    diagnostics::require_countable("GradientFlow::merge", counted(), other.counted(), 1);
    for (std::size_t i = 0; i < layers_.size(); ++i) layers_[i].merge(other.layers_[i]);
  }

  [[nodiscard]] GradientReport report() const {
    for (const LayerGradient& layer : layers_)
      if (layer.finite + layer.non_finite == 0)
        diagnostics::throw_no_samples(("GradientFlow::report: layer " + layer.name).c_str());
    return {layers_};
  }

  [[nodiscard]] MonitorState state() const {
    MonitorState state;
    state.integers = {version, static_cast<std::int64_t>(layers_.size())};
    for (const LayerGradient& layer : layers_) {
      state.integers.push_back(static_cast<std::int64_t>(layer.name.size()));
      for (const char letter : layer.name)
        state.integers.push_back(static_cast<unsigned char>(letter));
    }
    for (const LayerGradient& layer : layers_) {
      state.integers.insert(state.integers.end(), {layer.batches, layer.finite, layer.non_finite});
      state.numbers.insert(state.numbers.end(),
                           {layer.sums.squares, layer.sums.magnitudes, layer.sums.scale});
    }
    return state;
  }

 private:
  static constexpr std::int64_t version = 402;
  std::vector<LayerGradient> layers_;

  template <class G>
  static void add_up(const G& in, LayerGradient& to) {
    using V = detail::simd::Batch<typename G::T>;
    diagnostics::FiniteSums<V> sums;
    add_to(sums, in);
    to.sums = sums.sums();
    to.non_finite = sums.non_finite();
    to.finite = static_cast<std::int64_t>(in.shape().rows * in.shape().cols) - to.non_finite;
    to.batches = to.finite > 0 ? 1 : 0;
    if (const double scale = to.sums.best_scale(); scale != 1) {
      diagnostics::FiniteSums<V, true> scaled(scale);
      add_to(scaled, in);
      to.sums = scaled.sums();
    }
  }

  /// In the order of memory, from there or through a buffer.
  template <class Sums, class G>
  static void add_to(Sums& sums, const G& in) {
    using Index = Eigen::Index;
    detail::Lines lines = detail::lines_of(in);
    const bool along_row = lines.along_row;
    if (G::is_strided && in.step(along_row) == 1 && detail::are_without_gaps(lines, in))
      lines = {1, lines.count * lines.length, along_row};
    typename G::T buffer[detail::buffer_size];
    const bool is_read_in_place = G::is_loadable && in.step(along_row) == 1;
    const Index at_once = is_read_in_place ? lines.length : detail::buffer_size;
    for (Index line = 0; line < lines.count; ++line) {
      for (Index at = 0; at < lines.length; at += at_once) {
        const Index n = std::min(at_once, lines.length - at);
        sums.add(in.read(along_row ? line : at, along_row ? at : line, n, along_row, buffer), n);
      }
    }
  }

  /// All counts together.
  std::int64_t counted() const noexcept {
    std::int64_t count = 0;
    for (const LayerGradient& layer : layers_)
      count += layer.batches + layer.finite + layer.non_finite;
    return count;
  }

  static void require_possible(const diagnostics::StateReader& reader, const LayerGradient& layer) {
    // Far below what overflows, as the sums of any numbers of doubles are in their scale.
    const auto is_sum = [&layer](double sum) {
      return diagnostics::is_finite(sum) && sum <= 0x1p960 &&
             (layer.finite == 0 ? sum == 0 : sum >= 0);
    };
    const diagnostics::NormSums& sums = layer.sums;
    if (layer.batches <= layer.finite && (layer.batches > 0 || layer.finite == 0) &&
        is_sum(sums.squares) && is_sum(sums.magnitudes) &&
        sums.are_possible(static_cast<double>(layer.finite)))
      return;
    reader.fail("has " + std::to_string(layer.finite) + " finite components of " +
                std::to_string(layer.batches) + " batches, whose squares add up to " +
                diagnostics::all_digits(sums.squares) + " and whose magnitudes to " +
                diagnostics::all_digits(sums.magnitudes) + ", in a scale of " +
                diagnostics::all_digits(sums.scale) + " (layer " + layer.name + ')');
  }

  static diagnostics::Description description_of(const std::vector<std::string>& names) {
    diagnostics::Description description{std::to_string(names.size()) + " layers"};
    for (const std::string& name : names) {
      description.push_back("layer " + std::to_string(description.size() - 1) + " \"" + name + '"');
    }
    return description;
  }
  diagnostics::Description description() const {
    std::vector<std::string> names;
    for (const LayerGradient& layer : layers_) names.push_back(layer.name);
    return description_of(names);
  }
  static diagnostics::Description description_in(diagnostics::StateReader& reader) {
    std::vector<std::string> names;
    for (std::int64_t left = reader.size("layers"); left > 0; --left) {
      names.emplace_back();
      for (std::int64_t letters = reader.size("letters of a name", 0); letters > 0; --letters)
        names.back() += static_cast<char>(reader.integer("as a letter", 0, 255));
    }
    return description_of(names);
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
