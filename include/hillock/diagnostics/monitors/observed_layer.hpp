// The data of a UnitMonitor, and the part of it that does not depend on the type of its function.
#pragma once

#include <hillock/diagnostics/counting/classifier.hpp>
#include <hillock/diagnostics/counting/fingerprint.hpp>
#include <hillock/diagnostics/counting/unit_counters.hpp>
#include <hillock/diagnostics/reports/state.hpp>
#include <hillock/diagnostics/reports/unit_report.hpp>

#include <string>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics::internal {

inline const char* name_of(Per per) noexcept { return per == Per::row ? "row" : "column"; }

HILLOCK_NOINLINE inline void require_same_function(const char* who, const Fingerprint& theirs,
                                                   const Fingerprint& ours) {
  const std::string difference = theirs.difference_from(ours);
  if (!difference.empty()) refuse({"hillock::", who, " observes another function: ", difference});
}

/// The part of a UnitMonitor's state in front of the counters of the units.
struct UnitStateHeader {
  Per per;
  MonitorOptions options;
  std::int64_t units, samples, coherent;

  /// Reads the header; the state must belong to the function with this fingerprint.
  HILLOCK_NOINLINE UnitStateHeader(StateReader& reader, const Fingerprint& expected) {
    Fingerprint function = expected;
    const std::int64_t described = size_of(function.numbers().size());
    units = reader.size("units");
    per = reader.axis();
    const bool has_range = reader.count("as the flag of its range", 1) == 1;
    reader.integer("numbers that describe its function", described, described);
    samples = reader.count("samples", max_elements / units);
    coherent = reader.count("samples of one sign", samples);
    for (double* option : {&options.tau, &options.tolerance, &options.linear_band})
      *option = reader.number();
    const double low = reader.number(), high = reader.number();
    if (has_range)
      options.range = SaturationRange{low, high};
    else if (!is_same_number(low, 0) || !is_same_number(high, 0))
      reader.fail({"has no range, but numbers in its place"});
    for (double& number : function.numbers()) number = reader.number();
    require_same_function("UnitMonitor: the state", function, expected);
    reader.require_rest(units, "units", UnitCounters::integers_each, UnitCounters::numbers_each);
  }
};

class ObservedLayer {
 public:
  static constexpr std::int64_t version = 103;

  HILLOCK_NOINLINE ObservedLayer(const Classifier& classifier, Fingerprint fingerprint,
                                 std::int64_t units, Per per, const MonitorOptions& options)
      : per_(per),
        options_(options),
        classifier_(classifier),
        fingerprint_(std::move(fingerprint)),
        counters_(checked_size(units)) {}

  const Classifier& classifier() const noexcept { return classifier_; }
  UnitCounters& counters() noexcept { return counters_; }
  Per per() const noexcept { return per_; }
  std::int64_t units() const noexcept { return size_of(counters_.units()); }

  /// Refuses an array with another number of units.
  void require_units(detail::Shape shape) const {
    if ((per_ == Per::row ? shape.rows : shape.cols) != units()) refuse_shape(shape);
  }
  Eigen::Index samples_of(detail::Shape shape) const noexcept {
    return per_ == Per::row ? shape.cols : shape.rows;
  }
  void add_samples(std::int64_t samples, std::int64_t coherent) noexcept {
    samples_ += samples;
    coherent_ += coherent;
  }
  /// Reads the counters of the units from a state.
  void read(const UnitStateHeader& header, StateReader& reader) {
    samples_ = header.samples;
    coherent_ = header.coherent;
    counters_.read(reader, samples_);
  }

  HILLOCK_NOINLINE void merge(const ObservedLayer& other) {
    constexpr const char* theirs = "UnitMonitor::merge: the other monitor";
    require_same(theirs, other.description(), description());
    require_same_function(theirs, other.fingerprint_, fingerprint_);
    require_countable("UnitMonitor::merge", samples_, other.samples_, units());
    counters_.merge(other.counters_);
    coherent_ += other.coherent_;
    samples_ += other.samples_;
  }

  HILLOCK_NOINLINE UnitReport report() const {
    UnitReport report;
    report.tau = options_.tau;
    report.tolerance = options_.tolerance;
    report.range = options_.range;
    report.low_side_is_inactive = classifier_.is_low_side_inactive();
    report.saturates_high = classifier_.saturates_high();
    report.largest_slope = classifier_.largest_slope();
    report.samples = samples_;
    report.coherent_samples = coherent_;
    report.units.resize(counters_.units());
    for (std::size_t i = 0; i < counters_.units(); ++i) {
      report.units[i] = counters_.unit(i);
      report.layer.merge(report.units[i]);
      if (report.units[i].is_dead()) ++report.dead_units;
    }
    if (report.layer.samples() == 0) refuse_without_samples({"UnitMonitor::report"});
    return report;
  }

  HILLOCK_NOINLINE MonitorState state() const {
    MonitorState state;
    const std::vector<double>& function = fingerprint_.numbers();
    state.integers = {version,
                      units(),
                      per_ == Per::row ? 0 : 1,
                      options_.range ? 1 : 0,
                      size_of(function.size()),
                      samples_,
                      coherent_};
    const SaturationRange range = options_.range.value_or(SaturationRange{0, 0});
    state.numbers = {options_.tau, options_.tolerance, options_.linear_band, range.low, range.high};
    for (const double number : function) state.numbers.push_back(number);
    counters_.write(state);
    return state;
  }

 private:
  Per per_;
  MonitorOptions options_;
  Classifier classifier_;
  Fingerprint fingerprint_;
  UnitCounters counters_;
  std::int64_t samples_ = 0;
  std::int64_t coherent_ = 0;

  static std::size_t checked_size(std::int64_t units) {
    if (units < 1 || units > max_elements)
      refuse({"hillock::UnitMonitor: the number of units is ", units, ", expected 1 to ",
              max_elements});
    return static_cast<std::size_t>(units);
  }
  [[noreturn]] HILLOCK_COLD void refuse_shape(detail::Shape shape) const {
    refuse({"hillock::UnitMonitor::observe: z is ", detail::to_string(shape),
            ", but the monitor has ", units(), " units, one per ", name_of(per_)});
  }

  HILLOCK_NOINLINE Description description() const {
    const auto& range = options_.range;
    return {joined({units(), " units"}),
            joined({"one unit per ", name_of(per_)}),
            joined({"tau ", all_digits(options_.tau)}),
            joined({"tolerance ", all_digits(options_.tolerance)}),
            joined({"linear_band ", all_digits(options_.linear_band)}),
            range ? joined({"range ", all_digits(range->low), " to ", all_digits(range->high)})
                  : "no range"};
  }
};

}  // namespace diagnostics::internal
}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
