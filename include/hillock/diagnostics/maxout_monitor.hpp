#pragma once

#include <hillock/activations/maxout.hpp>
#include <hillock/arrays/errors.hpp>
#include <hillock/diagnostics/judge.hpp>
#include <hillock/diagnostics/state.hpp>
#include <hillock/diagnostics/statistics.hpp>
#include <hillock/diagnostics/winners.hpp>
#include <hillock/simd/quiet.hpp>

#include <algorithm>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// How often each piece of each Maxout unit won.
struct MaxoutReport {
  std::int64_t pieces = 0;           ///< of a unit
  std::vector<std::int64_t> wins;    ///< of piece p of unit u: wins[u pieces + p]
  std::vector<std::int64_t> finite;  ///< samples of a unit whose pieces were all finite
  std::vector<std::int64_t> non_finite;

  std::int64_t never_winning() const noexcept {
    return std::count(wins.begin(), wins.end(), std::int64_t{0});
  }
  /// The share of pieces that won nowhere: parameters that are not trained.
  double never_winning_fraction() const noexcept {
    return diagnostics::share(never_winning(), static_cast<std::int64_t>(wins.size()));
  }
  /// The share of units where one piece won on every sample: they are linear.
  double linear_fraction() const noexcept {
    std::int64_t linear = 0;
    for (std::size_t i = 0; i < wins.size(); ++i) {
      const std::int64_t all = finite[i / static_cast<std::size_t>(pieces)];
      if (all > 0 && wins[i] == all) ++linear;
    }
    return diagnostics::share(linear, static_cast<std::int64_t>(finite.size()));
  }
  double non_finite_fraction() const noexcept {
    std::int64_t bad = 0, all = 0;
    for (std::size_t i = 0; i < finite.size(); ++i) {
      bad += non_finite[i];
      all += finite[i] + non_finite[i];
    }
    return diagnostics::share(bad, all);
  }
};

/// Watches which pieces of the units of a Maxout layer win, over any number of batches; the lowest
/// index wins a tie, as in Maxout. A sample of a unit where a piece is not finite is counted apart.
/// Merges exactly, in any order.
/// Errors       std::invalid_argument where a batch or a merged monitor does not fit, and at
///              report() without a sample.
class MaxoutMonitor {
  using Index = Eigen::Index;

 public:
  template <Accuracy A, class Arch>
  MaxoutMonitor(const Maxout<A, Arch>& maxout, Index units)
      : MaxoutMonitor(maxout.pieces, units, maxout.axis) {}

  /// The monitor that `state` was taken from.
  explicit MaxoutMonitor(const MonitorState& state)
      : MaxoutMonitor(diagnostics::StateReader("MaxoutMonitor", state, version)) {}

  /// Counts a batch of pre-activations: with Per::column the pieces of a unit are consecutive rows.
  template <class Z>
  void observe(const Z& z) {
    static_assert(arrays::CheckElements<Z>::passed);
    const arrays::Input<arrays::DenseType<Z>> in(arrays::as_dense(z));
    const Index length = arrays::entries(in.shape(), axis_);
    const auto units = static_cast<Index>(report_.finite.size());
    const auto pieces = static_cast<Index>(report_.pieces);
    if (length != units * pieces) {
      arrays::refuse("hillock::MaxoutMonitor::observe: z is " + arrays::to_string(in.shape()) +
                     ", but the monitor has " + description());
    }
    simd::quietly([&] { diagnostics::count_winners(in, axis_, pieces, Counts{report_}); });
  }

  void merge(const MaxoutMonitor& other) {
    if (other.description() != description()) {
      arrays::refuse("hillock::MaxoutMonitor::merge: the other monitor has " + other.description() +
                     ", expected " + description());
    }
    const auto add = [](std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
      for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
    };
    add(report_.wins, other.report_.wins);
    add(report_.finite, other.report_.finite);
    add(report_.non_finite, other.report_.non_finite);
  }

  MaxoutReport report() const {
    // Every unit has seen the same number of samples.
    if (report_.finite[0] + report_.non_finite[0] == 0)
      diagnostics::throw_no_samples("MaxoutMonitor::report");
    return report_;
  }

  MonitorState state() const {
    MonitorState state;
    state.integers = {version, report_.pieces, static_cast<std::int64_t>(report_.finite.size()),
                      axis_ == Per::row ? 0 : 1};
    for (const auto* counts : {&report_.wins, &report_.finite, &report_.non_finite})
      state.integers.insert(state.integers.end(), counts->begin(), counts->end());
    return state;
  }

 private:
  static constexpr std::int64_t version = 201;
  Per axis_;
  MaxoutReport report_;

  MaxoutMonitor(std::int64_t pieces, Index units, Per axis) : axis_(axis) {
    if (units < 1 || pieces < 2) {
      arrays::refuse("hillock::MaxoutMonitor: the number of units is " + std::to_string(units) +
                     " of " + std::to_string(pieces) + " pieces, expected at least 1 of 2");
    }
    report_.pieces = pieces;
    report_.wins.resize(static_cast<std::size_t>(units * pieces));
    report_.finite.resize(static_cast<std::size_t>(units));
    report_.non_finite.resize(static_cast<std::size_t>(units));
  }

  explicit MaxoutMonitor(diagnostics::StateReader reader) : axis_(Per::row) {
    const std::int64_t pieces = reader.size(), units = reader.size();
    *this = MaxoutMonitor(pieces, units, reader.integer() == 0 ? Per::row : Per::column);
    for (auto* counts : {&report_.wins, &report_.finite, &report_.non_finite})
      for (std::int64_t& count : *counts) count = reader.count();
    reader.finish();
  }

  struct Counts {
    static constexpr bool counts_only = true;
    MaxoutReport& report;

    void operator()(Index unit, Index winner, std::int64_t samples) const noexcept {
      const auto u = static_cast<std::size_t>(unit);
      if (winner == static_cast<Index>(report.pieces)) {
        report.non_finite[u] += samples;
      } else {
        report.finite[u] += samples;
        const Index piece = unit * static_cast<Index>(report.pieces) + winner;
        report.wins[static_cast<std::size_t>(piece)] += samples;
      }
    }
  };

  std::string description() const {
    return std::to_string(report_.finite.size()) + " units of " + std::to_string(report_.pieces) +
           " pieces, along a " + (axis_ == Per::row ? "row" : "column");
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
