// Monitors of the piecewise functions: what such a class says of its slopes and signs, and what it
// does not say, changes no count.
#include <support/catch.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <cmath>
#include <functional>
#include <limits>

namespace {

using hillock::Per;
using Array = Eigen::ArrayXXd;

/// Any function, of which the class says nothing.
struct Silent : hillock::Activation<Silent> {
  std::function<double(double)> f, slope;

  template <class V>
  V forward_at(const V& x) const {
    return each(f, x);
  }
  template <class V>
  V derivative_at(const V& x) const {
    return each(slope, x);
  }

 private:
  template <class V>
  static V each(const std::function<double(double)>& of, const V& x) {
    using T = typename V::value_type;
    T lanes[V::size];
    x.store(lanes);
    for (T& lane : lanes) lane = static_cast<T>(of(static_cast<double>(lane)));
    return V::load(lanes);
  }
};

/// Numbers around every kink of the functions, the kinks themselves, and NaN; the last sample is
/// positive and the one before it negative.
Array made_inputs() {
  Array z = Array::Random(14, 100) * 8;
  const double kinks[] = {-3, -2.5, -1.5, -1, -0.5, -0.0, 0.0, 0.5, 1, 2, 2.5, 3, 6, 6.5};
  for (Eigen::Index i = 0; i < z.rows(); ++i) z(i, i) = kinks[i];
  z(3, 50) = std::numeric_limits<double>::quiet_NaN();
  z.row(0) = z.row(0).abs() + 7;
  z.row(1) = -z.row(1).abs() - 7;
  z.col(98) = -z.col(98).abs();
  z.col(99) = z.col(99).abs();
  return z;
}

const Array& inputs() {
  static const Array z = made_inputs();
  return z;
}

/// What is counted of a layer's elements.
struct Counts {
  std::int64_t active, low, high;
};

template <class F>
hillock::UnitReport report_of(const F& f) {
  hillock::UnitMonitor monitor(f, inputs().rows(), Per::row);
  monitor.observe(inputs());
  return monitor.report();
}

/// Checks the counts against those of a class that says nothing, and against conditions on x.
template <class F, class Active, class Low, class High>
void check_monitor(const F& f, const Active& active, const Low& low, const High& high) {
  Silent silent;
  silent.f = [f](double x) { return f(x); };
  silent.slope = [f](double x) { return f.derivative(x); };
  const auto report = report_of(f), expected = report_of(silent);
  REQUIRE(report.units.size() == expected.units.size());
  for (std::size_t i = 0; i < report.units.size(); ++i) {
    const auto &unit = report.units[i], &wanted = expected.units[i];
    INFO("unit " << i);
    CHECK(unit.finite == wanted.finite);
    CHECK(unit.active == wanted.active);
    CHECK(unit.near_linear == wanted.near_linear);
    CHECK(unit.saturated_low == wanted.saturated_low);
    CHECK(unit.saturated_high == wanted.saturated_high);
    CHECK(unit.largest_input == wanted.largest_input);
    CHECK(unit.smallest_output == wanted.smallest_output);
    CHECK(unit.is_dead() == wanted.is_dead());
  }
  CHECK(report.dead_units == expected.dead_units);
  CHECK(report.coherent_samples == expected.coherent_samples);
  Counts counts{0, 0, 0};
  for (const double x : inputs().reshaped()) {
    if (std::isnan(x)) continue;
    counts.active += active(x);
    counts.low += low(x);
    counts.high += high(x);
  }
  CHECK(report.layer.active == counts.active);
  CHECK(report.layer.saturated_low == counts.low);
  CHECK(report.layer.saturated_high == counts.high);
}

const auto nowhere = [](double) { return false; };

auto inside(double low, double high) {
  return [=](double x) { return x > low && x < high; };
}
auto upto(double low) {
  return [=](double x) { return x <= low; };
}
auto from(double high) {
  return [=](double x) { return x >= high; };
}
auto above(double low) {
  return [=](double x) { return x > low; };
}

TEST_CASE("the clipped functions are saturated on both sides", "[diagnostics]") {
  check_monitor(hillock::relu6, inside(0, 6), upto(0), from(6));
  check_monitor(hillock::hard_tanh, inside(-1, 1), upto(-1), from(1));
  check_monitor(hillock::HardTanh<>{0, 2}, inside(0, 2), upto(0), from(2));
}

TEST_CASE("hard_sigmoid is saturated on both sides", "[diagnostics]") {
  check_monitor(hillock::hard_sigmoid, inside(-3, 3), upto(-3), from(3));
}

// At its root the derivative is 0.
TEST_CASE("hard_swish is saturated below -3, and not at its root", "[diagnostics]") {
  check_monitor(
      hillock::hard_swish, [](double x) { return x > -3 && x != -1.5; }, upto(-3), nowhere);
}

TEST_CASE("the shrinkage functions are active on both sides and saturated on none",
          "[diagnostics]") {
  const auto outside = [](double x) { return std::fabs(x) > 0.5; };
  check_monitor(hillock::hard_shrink, outside, nowhere, nowhere);
  check_monitor(hillock::soft_shrink, outside, nowhere, nowhere);
}

// Where f jumps down at the threshold, its smallest output is not that of the smallest input.
TEST_CASE("the threshold functions are inactive below the threshold", "[diagnostics]") {
  for (const double value : {0.0, 5.0, -5.0})
    check_monitor(hillock::Threshold<>{1, value}, above(1), upto(1), nowhere);
  for (const double threshold : {1.0, 0.0, -0.5})
    check_monitor(hillock::ThresholdedReLU<>{threshold}, above(threshold), upto(threshold),
                  nowhere);
}

TEST_CASE("squared_relu is saturated where 2 x is small", "[diagnostics]") {
  check_monitor(
      hillock::squared_relu, above(0),
      [](double x) { return 2 * x < hillock::diagnostics::default_tau; }, nowhere);
}

TEST_CASE("leaky_hard_tanh is saturated where its slopes are small", "[diagnostics]") {
  const auto everywhere = above(-1e300);
  check_monitor(hillock::leaky_hard_tanh, everywhere, nowhere, nowhere);
  check_monitor(hillock::LeakyHardTanh<>{-1, 1, 0.001, 3}, everywhere, upto(-1), nowhere);
  check_monitor(hillock::LeakyHardTanh<>{-1, 1, -2, 0}, upto(1), nowhere, above(1));
}

}  // namespace
