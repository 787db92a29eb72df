#pragma once

#include <hillock/activations/softmax.hpp>
#include <hillock/arrays/errors.hpp>
#include <hillock/diagnostics/judge.hpp>
#include <hillock/diagnostics/state.hpp>
#include <hillock/diagnostics/statistics.hpp>
#include <hillock/diagnostics/winners.hpp>

#include <algorithm>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What the distributions of a softmax layer look like.
struct SoftmaxReport {
  std::int64_t finite = 0;         ///< distributions
  std::int64_t non_finite = 0;     ///< distributions of which a p is NaN
  std::int64_t saturated = 0;      ///< p (1 - p) < tau for the winner p
  std::vector<std::int64_t> wins;  ///< of each entry; the lowest index wins a tie
  double tau = diagnostics::default_tau;

  double saturated_fraction() const noexcept { return diagnostics::share(saturated, finite); }
  double non_finite_fraction() const noexcept {
    return diagnostics::share(non_finite, finite + non_finite);
  }
};

/// Watches the distributions of a softmax layer: saturated ones, whose gradient is nearly 0 however
/// wrong they are under a squared error, and how often each entry wins. Merges exactly.
/// Errors       std::invalid_argument where a batch or a merged monitor does not fit, tau is not
///              positive, and at report() without a sample.
template <class S = Softmax<>>
class SoftmaxMonitor {
  using Index = Eigen::Index;

 public:
  SoftmaxMonitor(const S& softmax, Index entries, double tau = diagnostics::default_tau)
      : softmax_(softmax) {
    if (!(tau > 0)) diagnostics::throw_option("tau", tau, "a positive number");
    if (entries < 1) {
      arrays::refuse("hillock::SoftmaxMonitor: the number of entries is " +
                     std::to_string(entries) + ", expected at least 1");
    }
    report_.tau = tau;
    report_.wins.resize(static_cast<std::size_t>(entries));
  }

  /// The monitor that `state` was taken from.
  SoftmaxMonitor(const S& softmax, const MonitorState& state)
      : SoftmaxMonitor(softmax, diagnostics::StateReader("SoftmaxMonitor", state, version)) {}

  /// Counts a batch of what goes into the softmax.
  template <class Z>
  void observe(const Z& z) {
    const auto p = softmax_(z);
    const arrays::Input<arrays::DenseType<decltype(p)>> in(p);
    const Index entries = arrays::entries(in.shape(), softmax_.axis);
    if (entries != static_cast<Index>(report_.wins.size())) {
      arrays::refuse("hillock::SoftmaxMonitor::observe: z is " + arrays::to_string(in.shape()) +
                     ", but the monitor has " + description());
    }
    diagnostics::count_winners(in, softmax_.axis, entries, Counts{report_});
  }

  void merge(const SoftmaxMonitor& other) {
    if (other.description() != description()) {
      arrays::refuse("hillock::SoftmaxMonitor::merge: the other monitor has " +
                     other.description() + ", expected " + description());
    }
    report_.finite += other.report_.finite;
    report_.non_finite += other.report_.non_finite;
    report_.saturated += other.report_.saturated;
    for (std::size_t i = 0; i < report_.wins.size(); ++i) report_.wins[i] += other.report_.wins[i];
  }

  SoftmaxReport report() const {
    if (report_.finite + report_.non_finite == 0)
      diagnostics::throw_no_samples("SoftmaxMonitor::report");
    return report_;
  }

  MonitorState state() const {
    MonitorState state;
    state.integers = {version, static_cast<std::int64_t>(report_.wins.size()), report_.finite,
                      report_.non_finite, report_.saturated};
    state.integers.insert(state.integers.end(), report_.wins.begin(), report_.wins.end());
    state.numbers = {report_.tau};
    return state;
  }

 private:
  static constexpr std::int64_t version = 301;
  S softmax_;
  SoftmaxReport report_;

  struct Counts {
    static constexpr bool counts_only = false;
    SoftmaxReport& report;

    template <class T>
    void operator()(Index, Index winner, T value) const noexcept {
      if (winner == static_cast<Index>(report.wins.size())) {
        ++report.non_finite;
      } else {
        const auto p = static_cast<double>(value);
        ++report.finite;
        ++report.wins[static_cast<std::size_t>(winner)];
        report.saturated += p * (1 - p) < report.tau;
      }
    }
  };

  SoftmaxMonitor(const S& softmax, diagnostics::StateReader reader)
      : SoftmaxMonitor(softmax, reader.size(), reader.number()) {
    report_.finite = reader.count();
    report_.non_finite = reader.count();
    report_.saturated = reader.count();
    for (std::int64_t& wins : report_.wins) wins = reader.count();
    reader.finish();
  }

  std::string description() const {
    return std::to_string(report_.wins.size()) + " entries, one distribution per " +
           (softmax_.axis == Per::row ? "row" : "column") + ", tau " + std::to_string(report_.tau);
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
