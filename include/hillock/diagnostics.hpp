// Diagnostics of activations: which elements are saturated, which units are dead, and how sure
// that is.
//
// A door of its own: nothing in hillock.hpp includes it. All of it works on pre-activations Z, an
// array of units by samples (Per::row: a row is a unit) or samples by units (Per::column). Arrays of
// half and bfloat16 are judged by f and f' in float.
//
// Saturated    an element beyond the point from which on |f'| stays below tau (0.005 by default):
//              low below, high above. For sigmoid |x| > 5.288, for tanh |x| > 3.341, for ReLU x <=
//              0, for ELU x < ln(tau / alpha); a LeakyReLU of slope 0.01 never is. Swish' crosses 0
//              at its root, which is no saturation: only what lies left of the leftmost solution of
//              |f'(x)| = tau counts. ReLU's low side is called inactive; half of the elements are
//              there in health.
// Dead         a unit with |f'| <= tolerance (0 by default) on every sample seen. When 0 of N
//              samples were active, the unit's activity rate is below 3/N at 95 % confidence.
// Non-finite   elements (NaN or infinite) are counted apart and are part of no other share: a
//              network of NaN is not healthy.
#pragma once

#include <hillock/arrays/verbs.hpp>

#include <cmath>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <ostream>
#include <vector>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {
namespace diagnostics {

/// Below this |f'| an element counts as saturated, unless another threshold is given.
inline constexpr double default_tau = 0.005;

/// |f'| < tau for every x <= low and for every x >= high; infinite where there is no such side.
struct SaturationRange {
  double low;
  double high;
};

/// Where an activation saturates, found from its own derivative: from the far end inwards to the
/// first point of a grid (64 to each factor of 2) where |f'| reaches tau, then by bisection.
template <class F>
SaturationRange saturation_range(const F& f, double tau = default_tau) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  // Accuracy::exact has no doubles.
  using T = std::conditional_t<arrays::accuracy_of<F> == Accuracy::exact, float, double>;
  const auto is_flat = [&](double x) {
    return std::abs(static_cast<double>(f.derivative(static_cast<T>(x)))) < tau;
  };
  // The points from the far end of one side, through 0, to the far end of the other.
  constexpr int steps = 64;
  constexpr int outermost = 64 * steps;
  constexpr int innermost = -20 * steps;
  constexpr int count = outermost - innermost + 1;
  const auto point = [&](double side, int index) {
    if (index == count) return 0.0;
    const bool is_beyond_zero = index > count;
    const int exponent = is_beyond_zero ? innermost + (index - count - 1) : outermost - index;
    return (is_beyond_zero ? -side : side) * std::exp2(exponent / static_cast<double>(steps));
  };
  const auto edge = [&](double side) {
    if (!is_flat(point(side, 0))) return side * infinity;
    int index = 1;
    while (index <= 2 * count && is_flat(point(side, index))) ++index;
    // Flat everywhere, as a step is: what lies on this side of 0 counts for it.
    if (index > 2 * count) return side < 0 ? 0.0 : std::numeric_limits<double>::denorm_min();
    double flat = point(side, index - 1);
    double steep = point(side, index);
    for (;;) {
      const double middle = flat + (steep - flat) / 2;
      if (middle == flat || middle == steep) return flat;
      (is_flat(middle) ? flat : steep) = middle;
    }
  };
  return {edge(-1), edge(1)};
}

/// Sorts the elements of one activation into saturated low, saturated high and neither.
template <class F>
class Saturation {
 public:
  Saturation(const F& f, double tau) : tau_(tau) {
    if (!(tau > 0)) {
      throw std::invalid_argument("hillock::diagnostics: tau is " + std::to_string(tau) +
                                  ", expected a positive number");
    }
    if constexpr (arrays::is_pointwise<F>) range_ = saturation_range(f, tau);
  }

  bool is_low(double x, double derivative) const noexcept {
    if constexpr (arrays::is_pointwise<F>) return x <= range_.low;
    return std::abs(derivative) < tau_ && x <= 0;
  }
  bool is_high(double x, double derivative) const noexcept {
    if constexpr (arrays::is_pointwise<F>) return x >= range_.high;
    return std::abs(derivative) < tau_ && x > 0;
  }
  /// Whether the low side reaches 0, as ReLU's does: then it is inactivity, not saturation.
  bool is_low_side_inactive() const noexcept {
    if constexpr (arrays::is_pointwise<F>) return range_.low >= 0;
    return false;
  }

 private:
  double tau_;
  SaturationRange range_{};
};

/// Finite, told from the bits: -ffast-math assumes that every number is.
inline bool is_finite(double x) noexcept {
  return !simd::is_nan_number(x) && std::abs(x) <= std::numeric_limits<double>::max();
}

[[noreturn]] inline void throw_no_samples(const char* where) {
  throw std::invalid_argument(std::string("hillock::") + where + ": there are no samples");
}

/// part / whole, NaN where there is nothing to take a share of.
inline double share(std::int64_t part, std::int64_t whole) noexcept {
  return whole == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace diagnostics

/// What a monitor has seen of one unit. Counts add up exactly, in any order.
struct UnitCounts {
  std::int64_t finite = 0;
  std::int64_t non_finite = 0;
  std::int64_t active = 0;  ///< |f'| above the tolerance
  std::int64_t saturated_low = 0;
  std::int64_t saturated_high = 0;
  double output_sum = 0;
  double output_sum_low = 0;  ///< what the roundings of output_sum lost
  double largest_input = -std::numeric_limits<double>::infinity();

  std::int64_t samples() const noexcept { return finite + non_finite; }
  /// Never active on any finite sample.
  bool is_dead() const noexcept { return finite > 0 && active == 0; }
  double mean_output() const noexcept {
    return finite == 0 ? std::numeric_limits<double>::quiet_NaN()
                       : (output_sum + output_sum_low) / static_cast<double>(finite);
  }

  void add_output(double y) noexcept {
    const volatile double sum = output_sum + y;
    const volatile double y_part = sum - output_sum;
    const volatile double sum_part = sum - y_part;
    output_sum_low += (output_sum - sum_part) + (y - y_part);
    output_sum = sum;
  }

  void merge(const UnitCounts& other) noexcept {
    finite += other.finite;
    non_finite += other.non_finite;
    active += other.active;
    saturated_low += other.saturated_low;
    saturated_high += other.saturated_high;
    add_output(other.output_sum);
    output_sum_low += other.output_sum_low;
    if (other.largest_input > largest_input) largest_input = other.largest_input;
  }
};

/// What a monitor tells: every unit, and the layer they form.
struct UnitReport {
  std::vector<UnitCounts> units;
  UnitCounts layer;
  std::int64_t dead_units = 0;
  double tau = diagnostics::default_tau;
  double tolerance = 0;
  bool low_side_is_inactive = false;

  double dead_fraction() const noexcept {
    return diagnostics::share(dead_units, static_cast<std::int64_t>(units.size()));
  }
  double saturated_low_fraction() const noexcept {
    return diagnostics::share(layer.saturated_low, layer.finite);
  }
  double saturated_high_fraction() const noexcept {
    return diagnostics::share(layer.saturated_high, layer.finite);
  }
  double non_finite_fraction() const noexcept {
    return diagnostics::share(layer.non_finite, layer.samples());
  }
  double mean_output() const noexcept { return layer.mean_output(); }

  friend std::ostream& operator<<(std::ostream& out, const UnitReport& report) {
    const auto flags = out.flags();
    const auto precision = out.precision();
    const auto percent = [&](double share) -> std::ostream& {
      return out << std::fixed << std::setprecision(2) << 100 * share << " %" << std::defaultfloat
                 << std::setprecision(4);
    };
    out << report.units.size() << " units, " << report.layer.samples()
        << " elements\n  non-finite      ";
    percent(report.non_finite_fraction())
        << " (" << report.layer.non_finite << " elements)\n  dead            ";
    percent(report.dead_fraction()) << " (" << report.dead_units << " units)\n";
    for (std::size_t i = 0; i < report.units.size(); ++i) {
      const UnitCounts& unit = report.units[i];
      if (!unit.is_dead()) continue;
      out << "    unit " << i << ": 0 of " << unit.finite << " samples active, so below ";
      percent(unit.finite < 3 ? 1 : 3 / static_cast<double>(unit.finite))
          << " at 95 % confidence; largest input " << unit.largest_input << '\n';
    }
    out << (report.low_side_is_inactive ? "  inactive        " : "  saturated low   ");
    percent(report.saturated_low_fraction());
    if (report.low_side_is_inactive) out << " (about half is healthy)";
    out << "\n  saturated high  ";
    percent(report.saturated_high_fraction())
        << "  (|f'| < " << report.tau << ")\n  mean output     " << std::setprecision(4)
        << report.mean_output() << '\n';
    out.flags(flags);
    out.precision(precision);
    return out;
  }
};

/// Watches the units of one layer over any number of batches: observe the pre-activations of each,
/// merge monitors of other threads or machines, report. Memory is a few numbers per unit. Errors
/// std::invalid_argument naming both where a batch has another number of units, or a merged monitor
///              differs in units, axis, tau or tolerance; report() without a sample.
template <class F>
class UnitMonitor {
 public:
  UnitMonitor(const F& f, Eigen::Index units, Per per, double tau = diagnostics::default_tau,
              double tolerance = 0)
      : f_(f),
        per_(per),
        tau_(tau),
        tolerance_(tolerance),
        saturation_(f, tau),
        counts_(checked(units)) {}

  /// Counts a batch: units are rows (Per::row) or columns.
  template <class Z>
  void observe(const Z& z) {
    static_assert(arrays::CheckElements<Z>::passed);
    using T = arrays::ComputeType<arrays::ScalarOf<Z>>;
    const Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> x = arrays::computed(z);
    const Eigen::Index units = per_ == Per::row ? x.rows() : x.cols();
    if (units != static_cast<Eigen::Index>(counts_.size())) {
      throw std::invalid_argument("hillock::UnitMonitor::observe: z is " +
                                  arrays::to_string(arrays::shape_of(x)) +
                                  ", but the monitor has " + std::to_string(counts_.size()) +
                                  " units, one per " + (per_ == Per::row ? "row" : "column"));
    }
    Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> y(x.rows(), x.cols());
    Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic> d(x.rows(), x.cols());
    hillock::forward_and_derivative(f_, x, y, d);
    for (Eigen::Index col = 0; col < x.cols(); ++col) {
      for (Eigen::Index row = 0; row < x.rows(); ++row) {
        count(counts_[static_cast<std::size_t>(per_ == Per::row ? row : col)],
              static_cast<double>(x(row, col)), static_cast<double>(y(row, col)),
              static_cast<double>(d(row, col)));
      }
    }
  }

  /// Adds what another monitor of the same layer has seen.
  void merge(const UnitMonitor& other) {
    if (other.counts_.size() != counts_.size() || other.per_ != per_ || other.tau_ != tau_ ||
        other.tolerance_ != tolerance_) {
      throw std::invalid_argument("hillock::UnitMonitor::merge: the other monitor has " +
                                  other.description() + ", expected " + description());
    }
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i].merge(other.counts_[i]);
  }

  UnitReport report() const {
    UnitReport report;
    report.units = counts_;
    report.tau = tau_;
    report.tolerance = tolerance_;
    report.low_side_is_inactive = saturation_.is_low_side_inactive();
    for (const UnitCounts& unit : counts_) {
      report.layer.merge(unit);
      if (unit.is_dead()) ++report.dead_units;
    }
    if (report.layer.samples() == 0) diagnostics::throw_no_samples("UnitMonitor::report");
    return report;
  }

 private:
  F f_;
  Per per_;
  double tau_;
  double tolerance_;
  diagnostics::Saturation<F> saturation_;
  std::vector<UnitCounts> counts_;

  static std::size_t checked(Eigen::Index units) {
    if (units < 1) {
      throw std::invalid_argument("hillock::UnitMonitor: the number of units is " +
                                  std::to_string(units) + ", expected at least 1");
    }
    return static_cast<std::size_t>(units);
  }

  std::string description() const {
    return std::to_string(counts_.size()) + " units, one per " +
           (per_ == Per::row ? "row" : "column") + ", tau " + std::to_string(tau_) +
           ", tolerance " + std::to_string(tolerance_);
  }

  void count(UnitCounts& unit, double x, double y, double derivative) const noexcept {
    if (!diagnostics::is_finite(x)) {
      ++unit.non_finite;
      return;
    }
    ++unit.finite;
    if (std::abs(derivative) > tolerance_) ++unit.active;
    if (saturation_.is_low(x, derivative))
      ++unit.saturated_low;
    else if (saturation_.is_high(x, derivative))
      ++unit.saturated_high;
    unit.add_output(y);
    if (x > unit.largest_input) unit.largest_input = x;
  }
};

/// The share of the finite elements of z that are saturated, low and high together. NaN if no
/// element is finite; std::invalid_argument if there are no elements.
template <class F, class Z>
double saturated_fraction(const F& f, const Z& z, double tau = diagnostics::default_tau) {
  static_assert(arrays::CheckElements<Z>::passed);
  const auto& x = arrays::as_dense(z);
  if (x.size() == 0) diagnostics::throw_no_samples("saturated_fraction");
  // Which axis is a unit plays no part in a share of elements.
  UnitMonitor<F> monitor(f, x.rows(), Per::row, tau);
  monitor.observe(x);
  const UnitReport report = monitor.report();
  return diagnostics::share(report.layer.saturated_low + report.layer.saturated_high,
                            report.layer.finite);
}

/// The share of units whose |f'| is at most `tolerance` on every finite sample of z.
/// std::invalid_argument if there are no elements.
template <class F, class Z>
double dead_fraction(const F& f, const Z& z, Per per, double tolerance = 0) {
  static_assert(arrays::CheckElements<Z>::passed);
  const auto& x = arrays::as_dense(z);
  if (x.size() == 0) diagnostics::throw_no_samples("dead_fraction");
  UnitMonitor<F> monitor(f, per == Per::row ? x.rows() : x.cols(), per, diagnostics::default_tau,
                         tolerance);
  monitor.observe(x);
  return monitor.report().dead_fraction();
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
