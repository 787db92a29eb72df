#pragma once

#include <hillock/diagnostics/reports/moments.hpp>
#include <hillock/diagnostics/reports/monitor_options.hpp>

#include <cstdint>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Counts of the distributions of a softmax layer.
struct SoftmaxReport {
  std::int64_t finite = 0;  ///< distributions
  /// Distributions with an entry that is NaN or +infinity: every p is NaN.
  std::int64_t non_finite = 0;
  /// Distributions whose entries are all -infinity, with any policy.
  std::int64_t masked = 0;
  std::int64_t saturated = 0;  ///< distributions with p (1 - p) < tau for the largest p
  std::vector<std::int64_t>
      argmax_counts;  ///< how often each entry has the largest p; a tie is the lowest's
  double tau = diagnostics::default_tau;

  double saturated_fraction() const noexcept {
    return diagnostics::internal::share(saturated, finite);
  }
  std::int64_t samples() const noexcept { return finite + non_finite + masked; }
  double non_finite_fraction() const noexcept {
    return diagnostics::internal::share(non_finite, samples());
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
