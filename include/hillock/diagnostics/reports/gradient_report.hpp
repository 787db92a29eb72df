#pragma once

#include <hillock/diagnostics/reports/moments.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// The sum of magnitudes and the sum of squares of numbers, which are multiplied by a scale first
/// (internal::scale_for).
struct NormSums {
  double squares = 0, magnitudes = 0, scale = 1;

  HILLOCK_NOINLINE void add(NormSums other) noexcept {
    if (other.magnitudes == 0) return;
    if (magnitudes == 0) scale = other.scale;
    const double common = internal::smaller(scale, other.scale);
    set_scale(common);
    other.set_scale(common);
    squares += other.squares;
    magnitudes += other.magnitudes;
    if (squares > max) set_scale(internal::scale_for(max));
  }
  /// Returns the scale with which these sums would lose no digits.
  double best_scale() const noexcept {
    if (!(squares <= max)) return internal::scale_for(max);
    return squares < min && magnitudes > 0 ? internal::scale_for(min) : scale;
  }
  /// Whether these can be the sums of n numbers. They cannot if add() would have changed the scale,
  /// if the sum of squares exceeds the square of the sum of magnitudes, or if it is below that of n
  /// equal numbers.
  HILLOCK_NOINLINE bool are_possible(double n) const noexcept {
    constexpr double rounding = 1 + 1e-3;
    const double norm = std::sqrt(squares);
    return internal::is_scale(scale) && (squares <= max || scale < 1) &&
           norm <= magnitudes * rounding && magnitudes <= norm * std::sqrt(n) * rounding;
  }

 private:
  static constexpr double min = 0x1p-850, max = 0x1p850;

  void set_scale(double to) noexcept {
    const double by = to / scale;
    magnitudes *= by;
    squares *= by;
    squares *= by;
    scale = to;
  }
};

}  // namespace diagnostics

/// The gradient of the loss at one layer, over all batches. After merges the sums are within 1e-12
/// of those of one monitor, from the subnormal numbers to the largest; the counts are exact.
struct LayerGradient {
  std::string name;
  std::int64_t batches = 0;  ///< with at least one finite component
  std::int64_t finite = 0;   ///< components
  std::int64_t non_finite = 0;
  diagnostics::NormSums sums;  ///< of the finite components

  /// The root mean square over the batches of the norm of the gradient's finite components.
  double norm() const noexcept {
    return batches == 0 ? std::numeric_limits<double>::quiet_NaN()
                        : diagnostics::internal::unscaled(scaled_norm(), sums.scale);
  }
  double mean_magnitude() const noexcept {
    using namespace diagnostics::internal;
    return finite == 0
               ? std::numeric_limits<double>::quiet_NaN()
               : unscaled(divided(sums.magnitudes, static_cast<double>(finite)), sums.scale);
  }
  /// Returns norm() / other.norm(), also if a norm exceeds the range of doubles.
  HILLOCK_NOINLINE double ratio(const LayerGradient& other) const noexcept {
    using namespace diagnostics::internal;
    if (batches == 0 || other.batches == 0) return std::numeric_limits<double>::quiet_NaN();
    const double scaled = quotient(scaled_norm(), other.scaled_norm());
    if (sums.scale == other.sums.scale) return scaled;
    return unscaled(unscaled(scaled, sums.scale), 1 / other.sums.scale);
  }

  /// Adds what another monitor has observed of the layer.
  void merge(const LayerGradient& other) noexcept {
    batches += other.batches;
    finite += other.finite;
    non_finite += other.non_finite;
    sums.add(other.sums);
  }

 private:
  double scaled_norm() const noexcept {
    return std::sqrt(diagnostics::internal::divided(sums.squares, static_cast<double>(batches)));
  }
};

/// The gradient at every layer.
struct GradientReport {
  std::vector<LayerGradient> layers;  ///< from the input to the output

  /// The norm at layer i divided by the norm at layer i + 1, from which it was propagated. NaN for
  /// the last layer, and where both are 0.
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

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
