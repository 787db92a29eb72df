#pragma once

#include <hillock/diagnostics/counting/coherence.hpp>
#include <hillock/diagnostics/counting/observer.hpp>
#include <hillock/diagnostics/reports/unit_report.hpp>
#include <hillock/errors.hpp>
#include <hillock/simd/masked_exceptions.hpp>

#include <type_traits>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace diagnostics {

/// Whether a function has a derivative for each element, which depends on that element alone.
template <class F, class = void>
inline constexpr bool has_units = false;
template <class F>
inline constexpr bool has_units<F, std::void_t<decltype(F::is_elementwise)>> = F::is_elementwise;

}  // namespace diagnostics

/// Watches the units of one layer over any number of batches: observe the pre-activations of each,
/// merge monitors of other threads or machines, report. Memory is a few numbers per unit; observe
/// allocates nothing, except for PReLU, whose results on the batch it needs as arrays.
/// Cost         0.6 to 2.2 times that of forward_and_derivative of f on the same array, for float, units as
///              rows, 64 samples or more and elements that are all finite (`bench/run monitor`, Zen 5): a
///              monitor needs no f'. More where units are columns, whose few samples have to be turned, and
///              where f' has to be looked at, as of a function that is steep in several places.
/// Merging      counts and extremes come out as of one monitor that saw everything, bit for bit, in
///              any order; for the moments see UnitStatistics.
/// Errors       std::invalid_argument naming both where a batch has another number of units, or a
///              merged monitor differs in units, axis, options (by a bit) or function; a state that
///              contradicts itself; more than 2^53 elements after a merge; report() without a
///              sample; options that make no sense.
/// Function     two are one where the parameters alpha, beta or slope, if they have any, are the
///              same bits and f and f' agree within 1e-3 at eight points.
template <class F>
class UnitMonitor {
  static_assert(
      diagnostics::has_units<F>,
      "hillock: UnitMonitor watches functions that take each unit for itself; for Softmax "
      "and Maxout there are SoftmaxMonitor and MaxoutMonitor");

 public:
  UnitMonitor(const F& f, Eigen::Index units, Per per, const MonitorOptions& options)
      : f_(f),
        per_(per),
        options_(options),
        judge_(f, options),
        fingerprint_(f),
        keeps_sign_(diagnostics::keeps_sign(f)),
        tallies_(checked(units)) {}

  UnitMonitor(const F& f, Eigen::Index units, Per per, double tau = diagnostics::default_tau,
              double tolerance = 0)
      : UnitMonitor(f, units, per, MonitorOptions{tau, tolerance}) {}

  /// The monitor that `state` was taken from, which watched f.
  UnitMonitor(const F& f, const MonitorState& state)
      : UnitMonitor(f, diagnostics::StateReader("UnitMonitor", state, version)) {}

  /// Counts a batch: units are rows (Per::row) or columns.
  template <class Z>
  void observe(const Z& z) {
    static_assert(detail::CheckElements<Z>::passed);
    const auto& x = detail::as_dense(z);
    const detail::Shape shape = detail::shape_of(x);
    const Eigen::Index units = per_ == Per::row ? shape.rows : shape.cols;
    if (units != static_cast<Eigen::Index>(tallies_.units())) {
      detail::refuse("hillock::UnitMonitor::observe: z is " + detail::to_string(shape) +
                     ", but the monitor has " + std::to_string(tallies_.units()) +
                     " units, one per " + (per_ == Per::row ? "row" : "column"));
    }
    if (shape.rows == 0 || shape.cols == 0) return;
    // A square that overflows is found by its sum, and taken once more otherwise.
    detail::simd::with_masked_exceptions([&] {
      if constexpr (detail::is_pointwise<F>)
        observe_computed(x);
      else
        observe_stored(x);
    });
  }

  /// Adds what another monitor of the same layer has seen.
  void merge(const UnitMonitor& other) {
    constexpr const char* theirs = "UnitMonitor::merge: the other monitor";
    diagnostics::require_same(theirs, other.description(), description());
    require_same_function(theirs, other.fingerprint_, fingerprint_);
    diagnostics::require_countable("UnitMonitor::merge", samples_, other.samples_, units());
    tallies_.merge(other.tallies_);
    coherent_ += other.coherent_;
    samples_ += other.samples_;
  }

  [[nodiscard]] UnitReport report() const {
    UnitReport report;
    report.tau = options_.tau;
    report.tolerance = options_.tolerance;
    report.range = options_.range;
    report.low_side_is_inactive = judge_.is_low_side_inactive();
    report.saturates_high = judge_.saturates_high();
    report.largest_slope = judge_.largest_slope();
    report.samples = samples_;
    report.coherent_samples = coherent_;
    for (std::size_t i = 0; i < tallies_.units(); ++i) {
      const UnitStatistics unit = tallies_.unit(i);
      report.units.push_back(unit);
      report.layer.merge(unit);
      if (unit.is_dead()) ++report.dead_units;
    }
    if (report.layer.samples() == 0) diagnostics::throw_no_samples("UnitMonitor::report");
    return report;
  }

  /// Everything that a monitor of the same function needs to go on, or to merge, elsewhere.
  [[nodiscard]] MonitorState state() const {
    MonitorState state;
    const std::vector<double>& function = fingerprint_.numbers();
    state.integers = {version,
                      units(),
                      per_ == Per::row ? 0 : 1,
                      options_.range ? 1 : 0,
                      static_cast<std::int64_t>(function.size()),
                      samples_,
                      coherent_};
    const auto range = options_.range.value_or(diagnostics::SaturationRange{0, 0});
    state.numbers = {options_.tau, options_.tolerance, options_.linear_band, range.low, range.high};
    state.numbers.insert(state.numbers.end(), function.begin(), function.end());
    tallies_.write(state);
    return state;
  }

 private:
  static constexpr std::int64_t version = 103;

  /// A unit's samples are neighbours in memory, whatever storage order is the default that the user
  /// has chosen.
  template <class T>
  using Samples = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor>;
  F f_;
  Per per_;
  MonitorOptions options_;
  diagnostics::Judge<F> judge_;
  diagnostics::Fingerprint fingerprint_;
  bool keeps_sign_;
  diagnostics::Tallies tallies_;
  std::int64_t samples_ = 0;
  std::int64_t coherent_ = 0;

  /// What a state tells of before it comes to the units.
  struct Header {
    Per per;
    MonitorOptions options;
    std::int64_t units, samples, coherent;

    Header(const F& f, diagnostics::StateReader& reader) {
      diagnostics::Fingerprint function(f);
      const auto described = static_cast<std::int64_t>(function.numbers().size());
      units = reader.size("units");
      per = reader.axis();
      const bool has_range = reader.count("as whether it has a range", 1) == 1;
      reader.integer("numbers that describe its function", described, described);
      samples = reader.count("samples", diagnostics::most_elements / units);
      coherent = reader.count("samples of one sign", samples);
      for (double* option : {&options.tau, &options.tolerance, &options.linear_band})
        *option = reader.number();
      const double low = reader.number(), high = reader.number();
      if (has_range)
        options.range = diagnostics::SaturationRange{low, high};
      else if (!diagnostics::is_same_number(low, 0) || !diagnostics::is_same_number(high, 0))
        reader.fail("has no range, but ends of one");
      for (double& number : function.numbers()) number = reader.number();
      require_same_function("UnitMonitor: the state", function, diagnostics::Fingerprint(f));
      reader.require_rest(units, "units", diagnostics::Tallies::integers_each,
                          diagnostics::Tallies::numbers_each);
    }
  };

  UnitMonitor(const F& f, diagnostics::StateReader&& reader)
      : UnitMonitor(f, Header(f, reader), reader) {}
  UnitMonitor(const F& f, const Header& header, diagnostics::StateReader& reader)
      : UnitMonitor(f, header.units, header.per, header.options) {
    samples_ = header.samples;
    coherent_ = header.coherent;
    tallies_.read(reader, samples_);
  }

  template <class X>
  void observe_computed(const X& x) {
    using Element = detail::ScalarOf<X>;
    using T = detail::ComputeType<Element>;
    using V = detail::simd::Batch<T, detail::ArchitectureOf<F>>;
    using Values = diagnostics::ComputedValues<F, T>;
    const auto in = detail::input_view(x);
    diagnostics::Observer<F, V, Values> observer(judge_, Values(f_), tallies_);
    observe(observer, in);
    tallies_.finish();
    // Where no output was ever negative, no sample has two signs.
    const Eigen::Index samples = samples_of(in.shape());
    samples_ += samples;
    if (!tallies_.has_negative_output())
      coherent_ += samples;
    else if (keeps_sign_)
      coherent_ += diagnostics::coherent_samples<V>(in, per_, [](const V& z) { return z; });
    else
      coherent_ += diagnostics::coherent_samples<V>(in, per_, diagnostics::ForwardOf<F, T>(f_));
  }

  template <class X>
  void observe_stored(const X& z) {
    using T = detail::ComputeType<detail::ScalarOf<X>>;
    using V = detail::simd::Batch<T, detail::simd::NativeArch>;
    using Values = diagnostics::StoredValues<T>;
    const Samples<T> given = detail::computed(z);
    Samples<T> y(given.rows(), given.cols()), derivative(given.rows(), given.cols());
    hillock::forward_and_derivative(f_, given, y, derivative);
    Samples<T> x = given;
    for (Samples<T>* array : {&x, &y, &derivative})
      if (per_ == Per::row) *array = array->transpose().eval();
    diagnostics::Observer<F, V, Values> observer(
        judge_, Values(x.data(), y.data(), derivative.data()), tallies_);
    for (Eigen::Index unit = 0; unit < x.cols(); ++unit)
      observer.observe_unit(unit, x.data() + unit * x.rows(), x.rows());
    tallies_.finish();
    samples_ += x.rows();
    coherent_ += diagnostics::coherent_samples<V>(detail::input_view(y), Per::column,
                                                  [](const V& output) { return output; });
  }

  template <class Observer, class X>
  void observe(Observer& observer, const X& in) {
    using T = typename X::T;
    using V = detail::simd::Batch<T, detail::ArchitectureOf<F>>;
    const bool units_are_rows = per_ == Per::row;
    const auto units = static_cast<Eigen::Index>(tallies_.units());
    const Eigen::Index samples = samples_of(in.shape());
    if constexpr (X::is_loadable) {
      if (in.step(!units_are_rows) == 1 && units >= static_cast<Eigen::Index>(V::size)) {
        observer.observe_units(in.data(), units, samples, in.step(units_are_rows));
        return;
      }
      if (in.step(units_are_rows) == 1) {
        const Eigen::Index next = in.step(!units_are_rows);
        if (samples <= Observer::few && units >= static_cast<Eigen::Index>(V::size)) {
          observer.observe_units_apart(in.data(), units, samples, next);
          return;
        }
        for (Eigen::Index unit = 0; unit < units; ++unit)
          observer.observe_unit(unit, in.data() + unit * next, samples);
        return;
      }
    }
    T buffer[detail::buffer_size];
    for (Eigen::Index unit = 0; unit < units; ++unit) {
      for (Eigen::Index at = 0; at < samples; at += detail::buffer_size) {
        const Eigen::Index n =
            samples - at < detail::buffer_size ? samples - at : detail::buffer_size;
        observer.observe_unit(unit,
                              units_are_rows ? in.read(unit, at, n, true, buffer)
                                             : in.read(at, unit, n, false, buffer),
                              n);
      }
    }
  }

  Eigen::Index samples_of(detail::Shape shape) const noexcept {
    return per_ == Per::row ? shape.cols : shape.rows;
  }

  static std::size_t checked(Eigen::Index units) {
    if (units < 1 || units > diagnostics::most_elements) {
      detail::refuse("hillock::UnitMonitor: the number of units is " + std::to_string(units) +
                     ", expected 1 to " + std::to_string(diagnostics::most_elements));
    }
    return static_cast<std::size_t>(units);
  }
  std::int64_t units() const noexcept { return static_cast<std::int64_t>(tallies_.units()); }

  diagnostics::Description description() const {
    using diagnostics::all_digits;
    const auto& range = options_.range;
    return {
        std::to_string(units()) + " units",
        std::string("one unit per ") + (per_ == Per::row ? "row" : "column"),
        "tau " + all_digits(options_.tau),
        "tolerance " + all_digits(options_.tolerance),
        "linear_band " + all_digits(options_.linear_band),
        range ? "range " + all_digits(range->low) + " to " + all_digits(range->high) : "no range"};
  }

  static void require_same_function(const char* who, const diagnostics::Fingerprint& theirs,
                                    const diagnostics::Fingerprint& ours) {
    const std::string difference = theirs.difference_from(ours);
    if (!difference.empty())
      detail::refuse(std::string("hillock::") + who + " watches another function: " + difference);
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
