#pragma once

#include <hillock/activations/softmax.hpp>
#include <hillock/diagnostics/counting/argmax_counter.hpp>
#include <hillock/diagnostics/reports/softmax_report.hpp>
#include <hillock/diagnostics/reports/state.hpp>
#include <hillock/simd/masked_exceptions.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Observes the distributions of a softmax layer. It counts the saturated ones, whose gradient
/// under a squared error is nearly 0 however wrong they are, and how often each entry is the
/// argmax. Distributions whose entries are all masked, and those with a NaN or +infinity, have no
/// argmax and are counted separately. Monitors merge exactly.
/// Errors       std::invalid_argument if a batch or a merged monitor does not fit, tau is not
///              positive, a state contradicts itself or has another axis or policy, a merge would
///              count more than 2^53 distributions, or report() is called without a sample.
template <class S = Softmax<>>
class SoftmaxMonitor {
  using Index = Eigen::Index;

 public:
  SoftmaxMonitor(const S& softmax, Index entries, double tau = diagnostics::default_tau)
      : softmax_(softmax), policy_(softmax.all_masked), report_(empty_report(entries, tau)) {
    softmax_.all_masked = AllMasked::nan;
  }

  /// Restores the monitor that `state` was taken from.
  SoftmaxMonitor(const S& softmax, const MonitorState& state)
      : SoftmaxMonitor(softmax,
                       diagnostics::internal::StateReader("SoftmaxMonitor", state, version)) {}

  /// Counts a batch of inputs of the softmax.
  template <class Z>
  void observe(const Z& z) {
    static_assert(detail::CheckElements<Z>::passed);
    const auto& x = detail::as_dense(z);
    const detail::Shape shape = detail::shape_of(x);
    const Index entries = detail::entries(shape, softmax_.axis);
    if (entries != static_cast<Index>(report_.argmax_counts.size())) refuse_shape(shape);
    detail::simd::with_masked_exceptions([&] { count(x, entries); });
  }

  /// Adds what another monitor of the same layer has observed.
  HILLOCK_NOINLINE void merge(const SoftmaxMonitor& other) {
    using namespace diagnostics::internal;
    require_same("SoftmaxMonitor::merge: the other monitor", other.description(), description());
    require_countable("SoftmaxMonitor::merge", report_.samples(), other.report_.samples(), 1);
    report_.finite += other.report_.finite;
    report_.non_finite += other.report_.non_finite;
    report_.masked += other.report_.masked;
    report_.saturated += other.report_.saturated;
    for (std::size_t i = 0; i < report_.argmax_counts.size(); ++i)
      report_.argmax_counts[i] += other.report_.argmax_counts[i];
  }

  [[nodiscard]] HILLOCK_NOINLINE SoftmaxReport report() const {
    if (report_.samples() == 0)
      diagnostics::internal::refuse_without_samples({"SoftmaxMonitor::report"});
    return report_;
  }

  /// Returns the state of the monitor. A monitor that is made from it, elsewhere, continues and
  /// merges as this one would.
  [[nodiscard]] HILLOCK_NOINLINE MonitorState state() const {
    MonitorState state;
    state.integers = {version,
                      static_cast<std::int64_t>(report_.argmax_counts.size()),
                      softmax_.axis == Per::row ? 0 : 1,
                      static_cast<std::int64_t>(policy_),
                      report_.finite,
                      report_.non_finite,
                      report_.masked,
                      report_.saturated};
    for (const std::int64_t count : report_.argmax_counts) state.integers.push_back(count);
    state.numbers.push_back(report_.tau);
    return state;
  }

 private:
  static constexpr std::int64_t version = 302;
  // The policy is AllMasked::nan, so that distributions whose entries are all masked have no
  // argmax.
  S softmax_;
  AllMasked policy_;
  SoftmaxReport report_;

  static HILLOCK_NOINLINE SoftmaxReport empty_report(Index entries, double tau) {
    using namespace diagnostics::internal;
    MonitorOptions options;
    options.tau = tau;
    checked(options);
    if (entries < 1 || entries > max_elements)
      refuse({"hillock::SoftmaxMonitor: the number of entries is ", entries, ", expected 1 to ",
              max_elements});
    SoftmaxReport report;
    report.tau = tau;
    report.argmax_counts.resize(static_cast<std::size_t>(entries));
    return report;
  }

  struct Counts {
    static constexpr bool counts_only = false;
    SoftmaxReport& report;

    template <class T>
    void operator()(Index, Index argmax, T value) const noexcept {
      if (argmax == static_cast<Index>(report.argmax_counts.size())) {
        ++report.non_finite;
      } else {
        const auto p = static_cast<double>(value);
        ++report.finite;
        ++report.argmax_counts[static_cast<std::size_t>(argmax)];
        report.saturated += p * (1 - p) < report.tau;
      }
    }
  };

  /// The part of a state in front of the counts of the entries.
  struct Header {
    std::int64_t entries;
    Per axis;
    std::int64_t policy, finite, non_finite, masked, saturated;
    double tau;

    explicit Header(diagnostics::internal::StateReader& reader)
        : entries(reader.size("entries")),
          axis(reader.axis()),
          policy(reader.count("as its policy", 2)),
          finite(reader.count("finite distributions")),
          non_finite(reader.count("distributions that are not finite",
                                  diagnostics::internal::max_elements - finite)),
          masked(reader.count("masked distributions",
                              diagnostics::internal::max_elements - finite - non_finite)),
          saturated(reader.count("saturated distributions", finite)),
          tau(reader.number()) {
      reader.require_rest(entries, "entries", 1, 0);
    }
  };

  SoftmaxMonitor(const S& softmax, diagnostics::internal::StateReader&& reader)
      : SoftmaxMonitor(softmax, Header(reader), reader) {}
  SoftmaxMonitor(const S& softmax, const Header& header, diagnostics::internal::StateReader& reader)
      : SoftmaxMonitor(softmax, header.entries, header.tau) {
    diagnostics::internal::require_same(
        "SoftmaxMonitor: the state",
        description(header.axis, static_cast<AllMasked>(header.policy)), description());
    report_.finite = header.finite;
    report_.non_finite = header.non_finite;
    report_.masked = header.masked;
    report_.saturated = header.saturated;
    for (std::int64_t& count : report_.argmax_counts)
      count = reader.count("as the argmax count of an entry", header.finite);
    reader.require_sum("argmax counts of the entries", report_.argmax_counts.data(), header.entries,
                       header.finite);
  }

  template <class X>
  void count(const X& x, Index entries) {
    const auto p = softmax_(x);
    const std::int64_t before = report_.non_finite;
    diagnostics::internal::count_argmaxes(detail::input_view(p), softmax_.axis, entries,
                                          Counts{report_});
    if (report_.non_finite == before) return;
    const std::int64_t masked = fully_masked(detail::input_view(x), entries);
    report_.masked += masked;
    report_.non_finite -= masked;
  }

  template <class X>
  std::int64_t fully_masked(const X& in, Index entries) const {
    typename X::T buffer[detail::buffer_size];
    const bool along_row = softmax_.axis == Per::row;
    std::int64_t count = 0;
    for (Index sample = 0; sample < detail::distributions(in.shape(), softmax_.axis); ++sample) {
      bool is_masked = true;
      for (Index at = 0; at < entries && is_masked; at += detail::buffer_size) {
        const Index n = std::min(detail::buffer_size, entries - at);
        const auto* from =
            in.read(along_row ? sample : at, along_row ? at : sample, n, along_row, buffer);
        for (Index i = 0; i < n; ++i)
          is_masked &= diagnostics::internal::is_minus_infinity(from[i]);
      }
      count += is_masked;
    }
    return count;
  }

  [[noreturn]] HILLOCK_COLD void refuse_shape(detail::Shape shape) const {
    using namespace diagnostics::internal;
    refuse({"hillock::SoftmaxMonitor::observe: z is ", detail::to_string(shape),
            ", but the monitor has ", list_of(description())});
  }

  diagnostics::internal::Description description() const {
    return description(softmax_.axis, policy_);
  }
  HILLOCK_NOINLINE diagnostics::internal::Description description(Per axis,
                                                                  AllMasked policy) const {
    using namespace diagnostics::internal;
    const char* const policies[] = {"nan", "zeros", "uniform"};
    return {joined({size_of(report_.argmax_counts.size()), " entries"}),
            joined({"one distribution per ", axis == Per::row ? "row" : "column"}),
            joined({"policy AllMasked::", policies[static_cast<int>(policy)]}),
            joined({"tau ", all_digits(report_.tau)})};
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
