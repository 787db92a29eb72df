#pragma once

#include <hillock/diagnostics/counting/coherence.hpp>
#include <hillock/diagnostics/counting/observer.hpp>
#include <hillock/diagnostics/counting/parameters.hpp>
#include <hillock/diagnostics/monitors/observed_layer.hpp>
#include <hillock/simd/masked_exceptions.hpp>

#include <type_traits>
#include <utility>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

namespace diagnostics::internal {

/// Whether a function has a derivative for each element, which depends on that element alone.
template <class F, class = void>
inline constexpr bool has_units = false;
template <class F>
inline constexpr bool has_units<F, std::void_t<decltype(F::is_elementwise)>> = F::is_elementwise;

/// The operation that an observer computes in its counting loop, or NoQuickTotals.
template <class F, class T, bool = detail::is_pointwise<F>&& detail::is_one_operation<F>>
struct QuickForward {
  using type = NoQuickTotals;
};
template <class F, class T>
struct QuickForward<F, T, true> {
  using type = detail::ForwardOperation<F, T>;
};

/// Adds the elements of a view, from memory or through a buffer.
template <class V, class Observer, class X>
HILLOCK_LOOP void observe_view(Observer& observer, const X& x, Per per) {
  using T = typename V::value_type;
  using Index = Eigen::Index;
  const bool units_are_rows = per == Per::row;
  const Index units = units_are_rows ? x.shape().rows : x.shape().cols;
  const Index samples = units_are_rows ? x.shape().cols : x.shape().rows;
  if constexpr (X::is_loadable) {
    const Index next_unit = x.step(!units_are_rows), next_sample = x.step(units_are_rows);
    const bool fill_a_batch = units >= static_cast<Index>(V::size);
    if (next_unit == 1 && fill_a_batch)
      return observer.observe_units(x.data(), units, samples, next_sample);
    if (next_sample == 1 && samples <= Observer::few_samples && fill_a_batch)
      return observer.observe_strided_units(x.data(), units, samples, next_unit);
    if (next_sample == 1) {
      for (Index unit = 0; unit < units; ++unit)
        observer.observe_unit(unit, x.data() + unit * next_unit, samples);
      return;
    }
  }
  T buffer[detail::buffer_size];
  for (Index unit = 0; unit < units; ++unit) {
    for (Index at = 0; at < samples; at += detail::buffer_size) {
      const Index n = samples - at < detail::buffer_size ? samples - at : detail::buffer_size;
      observer.observe_unit(
          unit,
          units_are_rows ? x.read(unit, at, n, true, buffer) : x.read(at, unit, n, false, buffer),
          n);
    }
  }
}

}  // namespace diagnostics::internal

/// Observes the units of one layer over any number of batches: call observe with the
/// pre-activations of each batch, merge monitors of other threads or machines, and call report. It
/// holds a few numbers per unit. observe allocates nothing, unless Eigen must evaluate the argument
/// first, such as a matrix product.
/// Cost         0.6 to 2.2 times that of forward_and_derivative of f on the same array, for float,
///              units as rows, 64 samples or more and elements that are all finite (`bench/run
///              monitor`, Zen 5): a monitor needs no f'. The cost is higher if units are columns
///              with few samples, which are transposed, and if f' has to be computed, as for PReLU
///              and for a function whose |f'| is large in several intervals.
/// Merging      counts and extremes are, bit for bit, those of one monitor that observed
///              everything, in any order; for the moments see UnitStatistics.
/// Errors       std::invalid_argument, which names what was given and what was expected, if a batch
///              has another number of units; if a merged monitor differs in units, axis, options
///              (in a single bit) or function; if a state contradicts itself; if a merge would
///              count more than 2^53 elements; if report() is called without a sample; if an option
///              has no meaning.
/// Function     two functions count as the same if their parameters alpha, beta and slope, as far
///              as they have them, have the same bits, and f and f' agree within 1e-3 at eight
///              points.
template <class F>
class UnitMonitor {
  static_assert(
      diagnostics::internal::has_units<F>,
      "hillock: UnitMonitor observes functions that compute each unit separately; for Softmax "
      "and Maxout there are SoftmaxMonitor and MaxoutMonitor");

 public:
  UnitMonitor(const F& f, Eigen::Index units, Per per, const MonitorOptions& options)
      : UnitMonitor(f, Fingerprint(f), units, per, options) {}

  UnitMonitor(const F& f, Eigen::Index units, Per per, double tau = diagnostics::default_tau,
              double tolerance = 0)
      : UnitMonitor(f, units, per, MonitorOptions{tau, tolerance}) {}

  /// Restores the monitor of f that `state` was taken from.
  UnitMonitor(const F& f, const MonitorState& state)
      : UnitMonitor(f, Fingerprint(f),
                    diagnostics::internal::StateReader("UnitMonitor", state, Layer::version)) {}

  /// Counts a batch: units are rows (Per::row) or columns.
  template <class Z>
  void observe(const Z& z) {
    static_assert(detail::CheckElements<Z>::passed);
    const auto& x = detail::evaluated(detail::as_dense(z));
    const auto in = detail::input_view(x);
    layer_.require_units(in.shape());
    if (in.shape().rows == 0 || in.shape().cols == 0) return;
    // A sum shows whether a square has overflowed; then the elements are added one by one.
    detail::simd::with_masked_exceptions([&] {
      if constexpr (detail::is_pointwise<F>)
        observe_pointwise(in);
      else
        observe_with_parameters(in);
    });
  }

  /// Adds what another monitor of the same layer has observed.
  void merge(const UnitMonitor& other) { layer_.merge(other.layer_); }

  [[nodiscard]] UnitReport report() const { return layer_.report(); }

  /// Returns the state of the monitor. A monitor of the same function that is made from it,
  /// elsewhere, continues and merges as this one would.
  [[nodiscard]] MonitorState state() const { return layer_.state(); }

 private:
  using Fingerprint = diagnostics::internal::Fingerprint;
  using Layer = diagnostics::internal::ObservedLayer;
  F f_;
  bool preserves_sign_;
  Layer layer_;

  UnitMonitor(const F& f, Fingerprint&& fingerprint, Eigen::Index units, Per per,
              const MonitorOptions& options)
      : f_(f),
        preserves_sign_(diagnostics::internal::preserves_sign(f)),
        layer_(diagnostics::internal::Classifier(f, options), std::move(fingerprint), units, per,
               options) {}
  UnitMonitor(const F& f, Fingerprint&& fingerprint, diagnostics::internal::StateReader&& reader)
      : UnitMonitor(f, std::move(fingerprint),
                    diagnostics::internal::UnitStateHeader(reader, fingerprint), reader) {}
  UnitMonitor(const F& f, Fingerprint&& fingerprint,
              const diagnostics::internal::UnitStateHeader& header,
              diagnostics::internal::StateReader& reader)
      : UnitMonitor(f, std::move(fingerprint), static_cast<Eigen::Index>(header.units), header.per,
                    header.options) {
    layer_.read(header, reader);
  }

  template <class X>
  void observe_pointwise(const X& in) {
    using T = typename X::T;
    using V = detail::simd::Batch<T, detail::ArchitectureOf<F>>;
    using Forward = typename diagnostics::internal::QuickForward<F, T>::type;
    const auto function = diagnostics::internal::element_function<T>(f_);
    diagnostics::internal::Observer<V, Forward> observer(layer_.classifier(), function, f_,
                                                         layer_.counters());
    diagnostics::internal::observe_view<V>(observer, in, layer_.per());
    layer_.counters().finish();
    const Eigen::Index samples = layer_.samples_of(in.shape());
    // If no output was ever negative, no sample has outputs of both signs.
    const bool needs_signs = layer_.counters().has_negative_output();
    layer_.add_samples(samples, needs_signs
                                    ? diagnostics::internal::coherent_samples<V>(
                                          in, layer_.per(), preserves_sign_ ? nullptr : &function)
                                    : samples);
  }

  /// Observes a function with parameters. The samples of a unit are read into a buffer if they are
  /// not contiguous. A parameter that they share is bound to the function; parameters along the
  /// other axis are read into a buffer too.
  template <class X>
  void observe_with_parameters(const X& in) {
    using T = typename X::T;
    using Index = Eigen::Index;
    using V = detail::simd::Batch<T, detail::ArchitectureOf<F>>;
    using Loops = diagnostics::internal::ParameterLoops<F, T>;
    f_.require_fitting(in.shape());
    const Per per = layer_.per();
    const bool units_are_rows = per == Per::row, has_axis = f_.axis().has_value();
    const bool differ_along_unit = has_axis && *f_.axis() != per;
    const detail::BroadcastInput<F::accuracy, V> parameters(f_.slope.data(),
                                                            f_.axis().value_or(per), in.shape());
    T shared = parameters.of_unit(0);
    diagnostics::internal::ObserverBase<V> observer(
        layer_.classifier(),
        {&shared, nullptr, differ_along_unit ? Loops::both : Loops::both_bound,
         static_cast<Index>(V::size)},
        nullptr, false, layer_.counters());
    const Index samples = layer_.samples_of(in.shape());
    const auto units = static_cast<Index>(layer_.units());
    constexpr Index chunk = decltype(observer)::chunk;
    alignas(V) T buffer[static_cast<std::size_t>(chunk)], each[static_cast<std::size_t>(chunk)];
    for (Index unit = 0; unit < units; ++unit) {
      if (has_axis && !differ_along_unit) shared = parameters.of_unit(unit);
      for (Index at = 0; at < samples; at += chunk) {
        const Index n = samples - at < chunk ? samples - at : chunk;
        const T* const x = units_are_rows ? in.read(unit, at, n, true, buffer)
                                          : in.read(at, unit, n, false, buffer);
        if (differ_along_unit) parameters.copy(at, n, each);
        observer.observe_unit(unit, x, n, differ_along_unit ? each : nullptr);
      }
    }
    layer_.counters().finish();
    const diagnostics::internal::OutputsOfView<F, std::decay_t<decltype(in)>> outputs(
        in, has_axis ? &parameters : nullptr, shared);
    layer_.add_samples(samples, diagnostics::internal::coherent_samples<V>(outputs, per, nullptr));
  }
};

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
