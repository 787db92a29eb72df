#pragma once

#include <hillock/diagnostics/monitors/unit_monitor.hpp>

namespace hillock {
inline namespace HILLOCK_INSTRUCTION_SET {

/// Returns the share of the finite elements of z that are saturated, low and high together; NaN if
/// no element is finite. std::invalid_argument if there are no elements.
template <class F, class Z>
[[nodiscard]] double saturated_fraction(const F& f, const Z& z,
                                        double tau = diagnostics::default_tau) {
  static_assert(detail::CheckElements<Z>::passed);
  const auto& x = detail::as_dense(z);
  if (x.size() == 0) diagnostics::internal::refuse_without_samples({"saturated_fraction"});
  // The share of elements does not depend on which axis is a unit.
  UnitMonitor<F> monitor(f, x.rows(), Per::row, tau);
  monitor.observe(x);
  const UnitReport report = monitor.report();
  return diagnostics::internal::share(report.layer.saturated_low + report.layer.saturated_high,
                                      report.layer.finite);
}

/// Returns the share of units whose |f'| is at most `tolerance` on every finite sample of z.
/// std::invalid_argument if there are no elements.
template <class F, class Z>
[[nodiscard]] double dead_fraction(const F& f, const Z& z, Per per, double tolerance = 0) {
  static_assert(detail::CheckElements<Z>::passed);
  const auto& x = detail::as_dense(z);
  if (x.size() == 0) diagnostics::internal::refuse_without_samples({"dead_fraction"});
  UnitMonitor<F> monitor(f, per == Per::row ? x.rows() : x.cols(), per, diagnostics::default_tau,
                         tolerance);
  monitor.observe(x);
  return monitor.report().dead_fraction();
}

}  // namespace HILLOCK_INSTRUCTION_SET
}  // namespace hillock
