#pragma once

#include <hillock/activations/maxout.hpp>
#include <hillock/diagnostics/counting/argmax_counter.hpp>
#include <hillock/diagnostics/reports/maxout_report.hpp>
#include <hillock/diagnostics/reports/state.hpp>
#include <hillock/simd/masked_exceptions.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Counts which piece of each unit of a Maxout layer is the argmax, over any number of batches. Of
/// equal pieces the one with the lowest index is the argmax, as in Maxout. Samples of a unit with a
/// piece that is not finite are counted separately. Monitors merge exactly, in any order.
/// Errors       std::invalid_argument if a batch or a merged monitor does not fit, a state
///              contradicts itself, a merge would count more than 2^53 elements, or report() is
///              called without a sample.
class MaxoutMonitor {
  using Index = Eigen::Index;

 public:
  template <Accuracy A, class Arch>
  MaxoutMonitor(const Maxout<A, Arch>& maxout, Index units)
      : MaxoutMonitor(maxout.pieces, units, maxout.axis) {}

  /// Restores the monitor that `state` was taken from.
  explicit MaxoutMonitor(const MonitorState& state)
      : MaxoutMonitor(diagnostics::internal::StateReader("MaxoutMonitor", state, version)) {}

  /// Counts a batch of pre-activations: with Per::column the pieces of a unit are consecutive rows.
  template <class Z>
  void observe(const Z& z) {
    static_assert(detail::CheckElements<Z>::passed);
    const auto& evaluated = detail::evaluated(detail::as_dense(z));
    const auto in = detail::input_view(evaluated);
    const Index length = detail::entries(in.shape(), axis_);
    const auto pieces = static_cast<Index>(report_.pieces);
    if (length != static_cast<Index>(report_.argmax_counts.size())) refuse_shape(in.shape());
    detail::simd::with_masked_exceptions(
        [&] { diagnostics::internal::count_argmaxes(in, axis_, pieces, Counts{report_}); });
  }

  /// Adds what another monitor of the same layer has observed.
  HILLOCK_NOINLINE void merge(const MaxoutMonitor& other) {
    using namespace diagnostics::internal;
    require_same("MaxoutMonitor::merge: the other monitor", other.description(), description());
    require_countable("MaxoutMonitor::merge", samples(), other.samples(), units());
    add(report_.argmax_counts, other.report_.argmax_counts);
    add(report_.finite, other.report_.finite);
    add(report_.non_finite, other.report_.non_finite);
  }

  [[nodiscard]] HILLOCK_NOINLINE MaxoutReport report() const {
    if (samples() == 0) diagnostics::internal::refuse_without_samples({"MaxoutMonitor::report"});
    return report_;
  }

  /// Returns the state of the monitor. A monitor that is made from it, elsewhere, continues and
  /// merges as this one would.
  [[nodiscard]] HILLOCK_NOINLINE MonitorState state() const {
    MonitorState state;
    state.integers = {version, report_.pieces, units(), axis_ == Per::row ? 0 : 1};
    for (const auto* counts : {&report_.argmax_counts, &report_.finite, &report_.non_finite})
      for (const std::int64_t count : *counts) state.integers.push_back(count);
    return state;
  }

 private:
  static constexpr std::int64_t version = 201;
  Per axis_;
  MaxoutReport report_;

  HILLOCK_NOINLINE MaxoutMonitor(std::int64_t pieces, Index units, Per axis) : axis_(axis) {
    using namespace diagnostics::internal;
    if (pieces < 2 || units < 1 || units > max_elements / pieces)
      refuse({"hillock::MaxoutMonitor: there are ", units, " units of ", pieces,
              " pieces, expected at least 1 unit of 2 pieces, and at most ", max_elements,
              " pieces in all"});
    report_.pieces = pieces;
    report_.argmax_counts.resize(static_cast<std::size_t>(units * pieces));
    report_.finite.resize(static_cast<std::size_t>(units));
    report_.non_finite.resize(static_cast<std::size_t>(units));
  }

  /// The part of a state in front of the counts of the units.
  struct Header {
    std::int64_t pieces, units;
    Per axis;

    explicit Header(diagnostics::internal::StateReader& reader)
        : pieces(reader.size("pieces of a unit", 2)),
          units(reader.size("units")),
          axis(reader.axis()) {
      reader.require_rest(units, "units", pieces + 2, 0);
    }
  };

  explicit MaxoutMonitor(diagnostics::internal::StateReader&& reader)
      : MaxoutMonitor(Header(reader), reader) {}
  HILLOCK_NOINLINE MaxoutMonitor(const Header& header, diagnostics::internal::StateReader& reader)
      : MaxoutMonitor(header.pieces, static_cast<Index>(header.units), header.axis) {
    const std::int64_t max = diagnostics::internal::max_elements / units();
    for (std::int64_t& count : report_.argmax_counts)
      count = reader.count("as the argmax count of a piece", max);
    for (std::int64_t& count : report_.finite) count = reader.count("finite samples", max);
    for (std::int64_t& count : report_.non_finite)
      count = reader.count("samples that are not finite", max);
    for (std::size_t unit = 0; unit < report_.finite.size(); ++unit) {
      reader.require_sum("argmax counts of a unit",
                         &report_.argmax_counts[unit * static_cast<std::size_t>(report_.pieces)],
                         report_.pieces, report_.finite[unit]);
      const std::int64_t seen = report_.finite[unit] + report_.non_finite[unit];
      if (seen != samples() || seen > max)
        reader.fail({"has units of ", samples(), " and of ", seen,
                     " samples, expected one number up to ", max});
    }
  }

  struct Counts {
    static constexpr bool counts_only = true;
    MaxoutReport& report;

    void operator()(Index unit, Index argmax, std::int64_t samples) const noexcept {
      const auto u = static_cast<std::size_t>(unit);
      if (argmax == static_cast<Index>(report.pieces)) {
        report.non_finite[u] += samples;
      } else {
        report.finite[u] += samples;
        const Index piece = unit * static_cast<Index>(report.pieces) + argmax;
        report.argmax_counts[static_cast<std::size_t>(piece)] += samples;
      }
    }
  };

  HILLOCK_NOINLINE static void add(std::vector<std::int64_t>& to,
                                   const std::vector<std::int64_t>& from) noexcept {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
  }
  [[noreturn]] HILLOCK_COLD void refuse_shape(detail::Shape shape) const {
    using namespace diagnostics::internal;
    refuse({"hillock::MaxoutMonitor::observe: z is ", detail::to_string(shape),
            ", but the monitor has ", list_of(description())});
  }

  std::int64_t units() const noexcept { return static_cast<std::int64_t>(report_.finite.size()); }
  /// Returns the samples of every unit.
  std::int64_t samples() const noexcept { return report_.finite[0] + report_.non_finite[0]; }

  HILLOCK_NOINLINE diagnostics::internal::Description description() const {
    using diagnostics::internal::joined;
    return {joined({units(), " units of ", report_.pieces, " pieces"}),
            joined({"pieces along a ", axis_ == Per::row ? "row" : "column"})};
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
