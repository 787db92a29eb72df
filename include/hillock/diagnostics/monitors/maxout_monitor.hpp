#pragma once

#include <hillock/activations/maxout.hpp>
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
/// Errors       std::invalid_argument where a batch or a merged monitor does not fit, for a state
///              that contradicts itself, where a merge would count more than 2^53 elements, and at
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
    static_assert(detail::CheckElements<Z>::passed);
    const auto& evaluated = detail::evaluated(detail::as_dense(z));
    const auto in = detail::input_view(evaluated);
    const Index length = detail::entries(in.shape(), axis_);
    const auto pieces = static_cast<Index>(report_.pieces);
    if (length != static_cast<Index>(report_.wins.size())) {
      detail::refuse("hillock::MaxoutMonitor::observe: z is " + detail::to_string(in.shape()) +
                     ", but the monitor has " + diagnostics::joined(description()));
    }
    detail::simd::with_masked_exceptions([&] { diagnostics::count_winners(in, axis_, pieces, Counts{report_}); });
  }

  void merge(const MaxoutMonitor& other) {
    diagnostics::require_same("MaxoutMonitor::merge: the other monitor", other.description(),
                              description());
    diagnostics::require_countable("MaxoutMonitor::merge", samples(), other.samples(), units());
    const auto add = [](std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
      for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
    };
    add(report_.wins, other.report_.wins);
    add(report_.finite, other.report_.finite);
    add(report_.non_finite, other.report_.non_finite);
  }

  [[nodiscard]] MaxoutReport report() const {
    if (samples() == 0) diagnostics::throw_no_samples("MaxoutMonitor::report");
    return report_;
  }

  [[nodiscard]] MonitorState state() const {
    MonitorState state;
    state.integers = {version, report_.pieces, units(), axis_ == Per::row ? 0 : 1};
    for (const auto* counts : {&report_.wins, &report_.finite, &report_.non_finite})
      state.integers.insert(state.integers.end(), counts->begin(), counts->end());
    return state;
  }

 private:
  static constexpr std::int64_t version = 201;
  Per axis_;
  MaxoutReport report_;

  MaxoutMonitor(std::int64_t pieces, Index units, Per axis) : axis_(axis) {
    if (pieces < 2 || units < 1 || units > diagnostics::most_elements / pieces) {
      detail::refuse("hillock::MaxoutMonitor: the number of units is " + std::to_string(units) +
                     " of " + std::to_string(pieces) +
                     " pieces, expected at least 1 of 2, and at most " +
                     std::to_string(diagnostics::most_elements) + " pieces");
    }
    report_.pieces = pieces;
    report_.wins.resize(static_cast<std::size_t>(units * pieces));
    report_.finite.resize(static_cast<std::size_t>(units));
    report_.non_finite.resize(static_cast<std::size_t>(units));
  }

  /// What a state tells of before it comes to the units.
  struct Header {
    std::int64_t pieces, units;
    Per axis;

    explicit Header(diagnostics::StateReader& reader)
        : pieces(reader.size("pieces of a unit", 2)),
          units(reader.size("units")),
          axis(reader.axis()) {
      reader.require_rest(units, "units", pieces + 2, 0);
    }
  };

  explicit MaxoutMonitor(diagnostics::StateReader&& reader)
      : MaxoutMonitor(Header(reader), reader) {}
  MaxoutMonitor(const Header& header, diagnostics::StateReader& reader)
      : MaxoutMonitor(header.pieces, static_cast<Index>(header.units), header.axis) {
    const std::int64_t most = diagnostics::most_elements / units();
    for (std::int64_t& count : report_.wins) count = reader.count("wins of a piece", most);
    for (std::int64_t& count : report_.finite) count = reader.count("finite samples", most);
    for (std::int64_t& count : report_.non_finite)
      count = reader.count("samples that are not finite", most);
    for (std::size_t unit = 0; unit < report_.finite.size(); ++unit) {
      reader.require_sum("wins of the pieces of a unit",
                         &report_.wins[unit * static_cast<std::size_t>(report_.pieces)],
                         report_.pieces, report_.finite[unit]);
      const std::int64_t seen = report_.finite[unit] + report_.non_finite[unit];
      if (seen != samples() || seen > most) {
        reader.fail("has units of " + std::to_string(samples()) + " and of " +
                    std::to_string(seen) + " samples, expected one number up to " +
                    std::to_string(most));
      }
    }
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

  std::int64_t units() const noexcept { return static_cast<std::int64_t>(report_.finite.size()); }
  /// Of every unit.
  std::int64_t samples() const noexcept { return report_.finite[0] + report_.non_finite[0]; }

  diagnostics::Description description() const {
    return {std::to_string(units()) + " units of " + std::to_string(report_.pieces) + " pieces",
            std::string("pieces along a ") + (axis_ == Per::row ? "row" : "column")};
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
