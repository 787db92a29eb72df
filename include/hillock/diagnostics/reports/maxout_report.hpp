#pragma once

#include <hillock/diagnostics/reports/moments.hpp>

#include <cstdint>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// How often each piece of each Maxout unit was the argmax of its unit.
struct MaxoutReport {
  std::int64_t pieces = 0;                  ///< of a unit
  std::vector<std::int64_t> argmax_counts;  ///< of piece p of unit u: argmax_counts[u pieces + p]
  std::vector<std::int64_t> finite;         ///< samples of a unit whose pieces were all finite
  std::vector<std::int64_t> non_finite;

  std::int64_t never_argmax() const noexcept {
    std::int64_t count = 0;
    for (const std::int64_t each : argmax_counts) count += each == 0;
    return count;
  }
  /// The share of pieces that were never the argmax: their parameters get no gradient.
  double never_argmax_fraction() const noexcept {
    return diagnostics::internal::share(never_argmax(),
                                        static_cast<std::int64_t>(argmax_counts.size()));
  }
  /// The share of units in which one piece was the argmax on every sample: these units are linear.
  double linear_fraction() const noexcept {
    std::int64_t linear = 0;
    for (std::size_t i = 0; i < argmax_counts.size(); ++i) {
      const std::int64_t all = finite[i / static_cast<std::size_t>(pieces)];
      if (all > 0 && argmax_counts[i] == all) ++linear;
    }
    return diagnostics::internal::share(linear, static_cast<std::int64_t>(finite.size()));
  }
  double non_finite_fraction() const noexcept {
    std::int64_t bad = 0, all = 0;
    for (std::size_t i = 0; i < finite.size(); ++i) {
      bad += non_finite[i];
      all += finite[i] + non_finite[i];
    }
    return diagnostics::internal::share(bad, all);
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
