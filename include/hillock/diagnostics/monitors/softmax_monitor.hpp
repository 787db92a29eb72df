#pragma once

#include <hillock/activations/softmax.hpp>
#include <hillock/diagnostics/counting/argmax_counter.hpp>
#include <hillock/diagnostics/counting/classifier.hpp>
#include <hillock/diagnostics/reports/state.hpp>
#include <hillock/diagnostics/reports/statistics.hpp>
#include <hillock/errors.hpp>
#include <hillock/simd/masked_exceptions.hpp>

#include <algorithm>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// What the distributions of a softmax layer look like.
struct SoftmaxReport {
  std::int64_t finite = 0;  ///< distributions
  std::int64_t non_finite =
      0;  ///< distributions of an entry that is NaN or +infinity: every p is NaN
  std::int64_t masked =
      0;  ///< distributions of nothing but -infinity, whatever the policy makes of them
  std::int64_t saturated = 0;      ///< p (1 - p) < tau for the winner p
  std::vector<std::int64_t> wins;  ///< of each entry; the lowest index wins a tie
  double tau = diagnostics::default_tau;

  double saturated_fraction() const noexcept { return diagnostics::share(saturated, finite); }
  std::int64_t samples() const noexcept { return finite + non_finite + masked; }
  double non_finite_fraction() const noexcept { return diagnostics::share(non_finite, samples()); }
};

/// Watches the distributions of a softmax layer: saturated ones, whose gradient is nearly 0 however
/// wrong they are under a squared error, and how often each entry wins. A distribution that is
/// masked whole has no winner, and none that holds NaN or +infinity has: both are counted apart.
/// Merges exactly.
/// Errors       std::invalid_argument where a batch or a merged monitor does not fit, tau is not
///              positive, for a state that contradicts itself or is of another axis or policy,
///              where a merge would count more than 2^53 distributions, and at report() without a
///              sample.
template <class S = Softmax<>>
class SoftmaxMonitor {
  using Index = Eigen::Index;

 public:
  SoftmaxMonitor(const S& softmax, Index entries, double tau = diagnostics::default_tau)
      : softmax_(softmax), policy_(softmax.all_masked) {
    MonitorOptions options;
    options.tau = tau;
    diagnostics::checked(options);
    if (entries < 1 || entries > diagnostics::most_elements) {
      detail::refuse("hillock::SoftmaxMonitor: the number of entries is " +
                     std::to_string(entries) + ", expected 1 to " +
                     std::to_string(diagnostics::most_elements));
    }
    report_.tau = tau;
    report_.wins.resize(static_cast<std::size_t>(entries));
    softmax_.all_masked = AllMasked::nan;
  }

  /// The monitor that `state` was taken from.
  SoftmaxMonitor(const S& softmax, const MonitorState& state)
      : SoftmaxMonitor(softmax, diagnostics::StateReader("SoftmaxMonitor", state, version)) {}

  /// Counts a batch of what goes into the softmax.
  template <class Z>
  void observe(const Z& z) {
    static_assert(detail::CheckElements<Z>::passed);
    const auto& x = detail::as_dense(z);
    const detail::Shape shape = detail::shape_of(x);
    const Index entries = detail::entries(shape, softmax_.axis);
    if (entries != static_cast<Index>(report_.wins.size())) {
      detail::refuse("hillock::SoftmaxMonitor::observe: z is " + detail::to_string(shape) +
                     ", but the monitor has " + diagnostics::joined(description()));
    }
    detail::simd::with_masked_exceptions([&] { count(x, entries); });
  }

  void merge(const SoftmaxMonitor& other) {
    diagnostics::require_same("SoftmaxMonitor::merge: the other monitor", other.description(),
                              description());
    diagnostics::require_countable("SoftmaxMonitor::merge", report_.samples(),
                                   other.report_.samples(), 1);
    report_.finite += other.report_.finite;
    report_.non_finite += other.report_.non_finite;
    report_.masked += other.report_.masked;
    report_.saturated += other.report_.saturated;
    for (std::size_t i = 0; i < report_.wins.size(); ++i) report_.wins[i] += other.report_.wins[i];
  }

  [[nodiscard]] SoftmaxReport report() const {
    if (report_.samples() == 0) diagnostics::throw_no_samples("SoftmaxMonitor::report");
    return report_;
  }

  [[nodiscard]] MonitorState state() const {
    MonitorState state;
    state.integers = {version,
                      static_cast<std::int64_t>(report_.wins.size()),
                      softmax_.axis == Per::row ? 0 : 1,
                      static_cast<std::int64_t>(policy_),
                      report_.finite,
                      report_.non_finite,
                      report_.masked,
                      report_.saturated};
    state.integers.insert(state.integers.end(), report_.wins.begin(), report_.wins.end());
    state.numbers = {report_.tau};
    return state;
  }

 private:
  static constexpr std::int64_t version = 302;
  S softmax_;  // by which what is masked whole is NaN, as what has no winner
  AllMasked policy_;
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

  /// What a state tells of before it comes to the entries.
  struct Header {
    std::int64_t entries;
    Per axis;
    std::int64_t policy, finite, non_finite, masked, saturated;
    double tau;

    explicit Header(diagnostics::StateReader& reader)
        : entries(reader.size("entries")),
          axis(reader.axis()),
          policy(reader.count("as its policy", 2)),
          finite(reader.count("finite distributions")),
          non_finite(reader.count("distributions that are not finite",
                                  diagnostics::most_elements - finite)),
          masked(reader.count("masked distributions",
                              diagnostics::most_elements - finite - non_finite)),
          saturated(reader.count("saturated distributions", finite)),
          tau(reader.number()) {
      reader.require_rest(entries, "entries", 1, 0);
    }
  };

  SoftmaxMonitor(const S& softmax, diagnostics::StateReader&& reader)
      : SoftmaxMonitor(softmax, Header(reader), reader) {}
  SoftmaxMonitor(const S& softmax, const Header& header, diagnostics::StateReader& reader)
      : SoftmaxMonitor(softmax, header.entries, header.tau) {
    diagnostics::require_same("SoftmaxMonitor: the state",
                              description(header.axis, static_cast<AllMasked>(header.policy)),
                              description());
    report_.finite = header.finite;
    report_.non_finite = header.non_finite;
    report_.masked = header.masked;
    report_.saturated = header.saturated;
    for (std::int64_t& wins : report_.wins) wins = reader.count("wins of an entry", header.finite);
    reader.require_sum("wins of the entries", report_.wins.data(), header.entries, header.finite);
  }

  template <class X>
  void count(const X& x, Index entries) {
    const auto p = softmax_(x);
    const std::int64_t before = report_.non_finite;
    diagnostics::count_winners(detail::input_view(p), softmax_.axis, entries, Counts{report_});
    if (report_.non_finite == before) return;
    const std::int64_t masked = masked_whole(detail::input_view(x), entries);
    report_.masked += masked;
    report_.non_finite -= masked;
  }

  template <class X>
  std::int64_t masked_whole(const X& in, Index entries) const {
    typename X::T buffer[detail::buffer_size];
    const bool along_row = softmax_.axis == Per::row;
    std::int64_t count = 0;
    for (Index sample = 0; sample < detail::distributions(in.shape(), softmax_.axis); ++sample) {
      bool is_masked = true;
      for (Index at = 0; at < entries && is_masked; at += detail::buffer_size) {
        const Index n = std::min(detail::buffer_size, entries - at);
        const auto* from =
            in.read(along_row ? sample : at, along_row ? at : sample, n, along_row, buffer);
        for (Index i = 0; i < n; ++i) is_masked &= diagnostics::is_minus_infinity(from[i]);
      }
      count += is_masked;
    }
    return count;
  }

  diagnostics::Description description() const { return description(softmax_.axis, policy_); }
  diagnostics::Description description(Per axis, AllMasked policy) const {
    const char* const policies[] = {"nan", "zeros", "uniform"};
    return {std::to_string(report_.wins.size()) + " entries",
            std::string("one distribution per ") + (axis == Per::row ? "row" : "column"),
            std::string("policy AllMasked::") + policies[static_cast<int>(policy)],
            "tau " + diagnostics::all_digits(report_.tau)};
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
