#include <support/call_paths.hpp>
#include <support/complaint.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <sstream>

namespace {

using namespace support;
using hillock::Per;
using hillock::UnitMonitor;

/// One array type for all elements and expressions: diagnostics take seconds to compile for each.
template <class F, class Z, class... Tau>
double saturated_fraction(const F& f, const Z& z, Tau... tau) {
  return hillock::saturated_fraction(f, Eigen::ArrayXXd(z.template cast<double>()), tau...);
}
template <class F, class Z, class... Tolerance>
double dead_fraction(const F& f, const Z& z, Per per, Tolerance... tolerance) {
  return hillock::dead_fraction(f, Eigen::ArrayXXd(z.template cast<double>()), per, tolerance...);
}

constexpr double infinity = Special<double>::infinity;
constexpr double nan = Special<double>::quiet_nan;

struct SoftSign : hillock::Activation<SoftSign> {
  template <class V>
  V forward_at(const V& x) const {
    return x / (1 + abs(x));
  }
  template <class V>
  V derivative_at(const V& x) const {
    return 1 / ((1 + abs(x)) * (1 + abs(x)));
  }
};

/// 2 x for x > 0, else x / 2, which may say so.
template <bool Says>
struct Bent : hillock::Activation<Bent<Says>> {
  static constexpr bool has_unimodal_slope = Says;
  static constexpr bool may_preserve_sign = Says;
  template <class V>
  V forward_at(const V& x) const {
    return select(x > 0, 2 * x, 0.5 * x);
  }
  template <class V>
  V derivative_at(const V& x) const {
    return nan_or(x, select(x > 0, V(2), V(0.5)));
  }
};

double sigmoid_edge(double tau) {
  return std::log((1 - 2 * tau + std::sqrt(1 - 4 * tau)) / (2 * tau));
}
double tanh_edge(double tau) { return std::acosh(1 / std::sqrt(tau)); }

/// The share that is saturated among points just inside and just outside of |x| = edge.
template <class F>
void check_symmetric_edge(const F& f, double edge, double tau) {
  INFO("edge " << edge << ", tau " << tau);
  const Eigen::ArrayXd inside = Eigen::Array2d(edge, -edge) * (1 - 1e-9),
                       outside = Eigen::Array2d(edge, -edge) * (1 + 1e-9);
  CHECK(saturated_fraction(f, inside, tau) == 0);
  CHECK(saturated_fraction(f, outside, tau) == 1);
}

TEST_CASE("sigmoid and tanh saturate where their closed forms say", "[diagnostics]") {
  CHECK(std::fabs(sigmoid_edge(0.005) - 5.288) < 1e-3);
  CHECK(std::fabs(tanh_edge(0.005) - 3.341) < 1e-3);
  for (const double tau : {0.005, 0.001, 0.05, 0.2, 1e-7}) {
    check_symmetric_edge(hillock::sigmoid, sigmoid_edge(tau), tau);
    check_symmetric_edge(hillock::tanh, tanh_edge(tau), tau);
  }
  const Eigen::ArrayXXf z = Eigen::ArrayXXf::Constant(4, 4, 5.3f);
  CHECK(saturated_fraction(hillock::sigmoid, z) == 1);
  CHECK(saturated_fraction(hillock::sigmoid, -z) == 1);
  CHECK(hillock::saturated_fraction(hillock::sigmoid, z - 0.1f) == 0);  // an expression
}

TEST_CASE("elu saturates below ln(tau / alpha) and nowhere else", "[diagnostics]") {
  for (const double alpha : {1.0, 0.5, 3.0}) {
    const double edge = std::log(0.005 / alpha);
    const hillock::ELU<> elu{alpha};
    CHECK(saturated_fraction(elu, Eigen::ArrayXd::Constant(3, edge + 1e-9)) == 0);
    CHECK(saturated_fraction(elu, Eigen::ArrayXd::Constant(3, edge - 1e-9)) == 1);
    CHECK(saturated_fraction(elu, Eigen::ArrayXd::Constant(3, 1e30)) == 0);
  }
}

TEST_CASE("relu is saturated for x <= 0, a leaky_relu of slope 0.01 never", "[diagnostics]") {
  const Eigen::Array4d z(0.0, -0.0, -1e-300, 1e-300);
  CHECK(saturated_fraction(hillock::relu, z) == 0.75);
  CHECK(saturated_fraction(hillock::leaky_relu, Eigen::ArrayXd(-1e10 * z.abs() - 1)) == 0);
  CHECK(saturated_fraction(hillock::LeakyReLU<>{0.004}, z) == 0.75);
}

TEST_CASE("swish is saturated below the leftmost solution alone, not at its root",
          "[diagnostics]") {
  // The leftmost solution of |f'(x)| = 0.01, by bisection of the derivative in long double.
  const auto derivative = [](long double x) {
    const long double s = 1 / (1 + std::exp(-x));
    return std::fabs(s + x * s / (1 + std::exp(x)));
  };
  long double flat = -20, steep = -4;
  for (int i = 0; i < 100; ++i) {
    const long double middle = (flat + steep) / 2;
    (derivative(middle) < 0.01L ? flat : steep) = middle;
  }
  const double edge = static_cast<double>(flat);
  CHECK(std::fabs(edge + 6.26) < 0.01);
  CHECK(saturated_fraction(hillock::swish, Eigen::ArrayXd::Constant(2, edge * (1 + 1e-9)), 0.01) ==
        1);
  CHECK(saturated_fraction(hillock::swish, Eigen::ArrayXd::Constant(2, edge * (1 - 1e-9)), 0.01) ==
        0);
  CHECK(saturated_fraction(hillock::swish, Eigen::ArrayXd::Constant(2, -1.278464542761074), 0.01) ==
        0);
  CHECK(saturated_fraction(hillock::swish, Eigen::ArrayXd::Constant(2, -1.278464542761074)) == 0);
  CHECK(saturated_fraction(hillock::swish, Eigen::ArrayXd::Constant(2, 1e5)) == 0);
}

TEST_CASE("non-finite elements are no share of the saturated ones", "[diagnostics]") {
  Eigen::ArrayXXd z(2, 3);
  z << nan, infinity, -infinity, 0, 100, -100;
  CHECK(saturated_fraction(hillock::sigmoid, z) == 2.0 / 3);
  CHECK(std::isnan(saturated_fraction(hillock::sigmoid, z.topRows(1))));
}

TEST_CASE("a unit is dead whose derivative is 0 on every sample, per row and per column",
          "[diagnostics]") {
  Eigen::ArrayXXf z = Eigen::ArrayXXf::Constant(4, 10, -1);
  z(1, 9) = 0.5f;
  z(2, 0) = 0;
  CHECK(dead_fraction(hillock::relu, z, Per::row) == 0.75);
  CHECK(hillock::dead_fraction(hillock::relu, z.transpose(), Per::column) == 0.75);
  CHECK(dead_fraction(hillock::relu, z, Per::column) == 0.9);
  CHECK(dead_fraction(hillock::leaky_relu, z, Per::row) == 0);
  CHECK(dead_fraction(hillock::sigmoid, Eigen::ArrayXXf(z * 60), Per::row) == 0);
  CHECK(dead_fraction(hillock::sigmoid, Eigen::ArrayXXf(z * 60), Per::row, 1e-10) > 0);
}

TEST_CASE("no samples is an error, not a number", "[diagnostics]") {
  const Eigen::ArrayXXd none(0, 3), also_none(3, 0);
  CHECK(says(complaint([&] { static_cast<void>(saturated_fraction(hillock::sigmoid, none)); }),
             {"no samples"}));
  CHECK(
      says(complaint([&] { static_cast<void>(dead_fraction(hillock::relu, also_none, Per::row)); }),
           {"no samples"}));
  const UnitMonitor monitor(hillock::relu, 3, Per::row);
  CHECK(says(complaint([&] { static_cast<void>(monitor.report()); }), {"no samples"}));
  UnitMonitor observer(hillock::relu, 3, Per::row);
  observer.observe(also_none);
  CHECK(says(complaint([&] { static_cast<void>(observer.report()); }), {"no samples"}));
}

TEST_CASE("a monitor counts every element of every unit once", "[diagnostics]") {
  UnitMonitor monitor(hillock::sigmoid, 2, Per::row);
  Eigen::ArrayXXd first(2, 4), second(2, 2);
  first << -6, 6, 7, 0, nan, 0, infinity, -20;
  second << 1, -100, -1, 0;
  monitor.observe(first);
  monitor.observe(second);
  const auto report = monitor.report();
  REQUIRE(report.units.size() == 2);
  const auto& a = report.units[0];
  CHECK(a.finite == 6);
  CHECK(a.non_finite == 0);
  CHECK(a.saturated_low == 2);
  CHECK(a.saturated_high == 2);
  CHECK(a.largest_input == 7);
  const auto& b = report.units[1];
  CHECK(b.finite == 4);
  CHECK(b.non_finite == 2);
  CHECK(b.saturated_low == 1);
  CHECK(b.saturated_high == 0);
  CHECK(report.layer.samples() == 12);
  CHECK(report.layer.finite == 10);
  CHECK(report.saturated_low_fraction() == 0.3);
  CHECK(report.saturated_high_fraction() == 0.2);
  CHECK(std::fabs(report.non_finite_fraction() - 2.0 / 12) < 1e-15);
  const double mean =
      (0.25 * 0 + hillock::sigmoid(-6.0) + hillock::sigmoid(6.0) + hillock::sigmoid(7.0) + 0.5 +
       hillock::sigmoid(1.0) + hillock::sigmoid(-100.0)) /
      6;
  CHECK(std::fabs(a.mean_output() - mean) < 1e-15);
}

TEST_CASE("what a class says of its slopes and signs changes no count", "[diagnostics]") {
  Eigen::ArrayXXf z = Eigen::ArrayXXf::Random(21, 70);
  z.col(3) = z.col(3).abs();
  z.col(4) = -z.col(4).abs();
  z.row(5).setZero();
  z(7, 9) = Special<float>::quiet_nan;
  for (const Per per : {Per::row, Per::column}) {
    const Index units = per == Per::row ? z.rows() : z.cols();
    const hillock::MonitorOptions options{0.75};  // between the slopes
    UnitMonitor silent(Bent<false>{}, units, per, options);
    UnitMonitor saying(Bent<true>{}, units, per, options);
    for (int batch = 0; batch < 2; ++batch) {
      silent.observe(z);
      saying.observe(z);
    }
    CHECK(saying.state() == silent.state());
    CHECK(saying.report().coherent_samples >= (per == Per::row ? 4 : 0));
    CHECK(saying.report().layer.finite == 2 * (z.size() - 1));
    CHECK(saying.report().layer.saturated_low > 1000);
  }
}

TEST_CASE("the report shows what is not finite first, and how sure a dead unit is",
          "[diagnostics]") {
  UnitMonitor monitor(hillock::relu, 3, Per::column);
  Eigen::ArrayXXf z = Eigen::ArrayXXf::Constant(300, 3, -2);
  z.col(1).setConstant(1);
  z(0, 2) = -0.125f;
  z(1, 2) = Special<float>::quiet_nan;
  monitor.observe(z);
  const auto report = monitor.report();
  CHECK(report.dead_units == 2);
  CHECK(report.units[2].is_dead());
  CHECK(report.units[2].largest_input == -0.125);
  CHECK(report.units[0].largest_input == -2);
  std::ostringstream text;
  text << report;
  INFO(text.str());
  CHECK(says(text.str(), {"3 units", "900 elements", "dead", "95 %", "inactive", "mean output"}));
  CHECK(says(text.str(), {"1.00 %"}));  // 3 / 300
  CHECK(text.str().find("non-finite") < text.str().find("dead"));
}

TEST_CASE("merged monitors are one monitor that saw everything, in any order", "[diagnostics]") {
  const Eigen::ArrayXXd z = Eigen::ArrayXXd::Random(5, 600) * 8;
  UnitMonitor whole(hillock::tanh, 5, Per::row), forwards(whole), backwards(whole);
  whole.observe(z);
  std::vector<UnitMonitor<hillock::Tanh<>>> parts;
  for (Index start = 0; start < 600; start += 50) {
    parts.emplace_back(hillock::tanh, 5, Per::row);
    parts.back().observe(z.middleCols(start, 50));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    forwards.merge(parts[i]);
    backwards.merge(parts[parts.size() - 1 - i]);
  }
  const auto wanted = whole.report(), a = forwards.report(), b = backwards.report();
  for (std::size_t i = 0; i < 5; ++i)
    for (const auto* got : {&a, &b}) {
      CHECK(got->units[i].finite == wanted.units[i].finite);
      CHECK(got->units[i].active == wanted.units[i].active);
      CHECK(got->units[i].saturated_low == wanted.units[i].saturated_low);
      CHECK(got->units[i].saturated_high == wanted.units[i].saturated_high);
      CHECK(got->units[i].largest_input == wanted.units[i].largest_input);
      CHECK(std::fabs(got->units[i].mean_output() - wanted.units[i].mean_output()) < 1e-15);
    }
  CHECK(wanted.layer.saturated_low > 100);
  CHECK(wanted.layer.saturated_high > 100);
}

TEST_CASE("a monitor refuses what does not fit, naming both", "[diagnostics]") {
  UnitMonitor monitor(hillock::relu, 3, Per::row);
  const Eigen::ArrayXXf z = Eigen::ArrayXXf::Ones(4, 5);
  CHECK(says(complaint([&] { monitor.observe(z); }), {"4 x 5", "3 units"}));
  CHECK(says(complaint([&] { monitor.merge(UnitMonitor(hillock::relu, 4, Per::row)); }),
             {"3 units", "4 units"}));
  CHECK(says(complaint([&] { monitor.merge(UnitMonitor(hillock::relu, 3, Per::column)); }),
             {"row", "column"}));
  CHECK(says(complaint([&] { monitor.merge(UnitMonitor(hillock::relu, 3, Per::row, 0.1)); }),
             {"tau", "0.1"}));
  CHECK(says(complaint([] { UnitMonitor(hillock::relu, 0, Per::row); }), {"units", "0"}));
  CHECK(says(complaint([&] { static_cast<void>(saturated_fraction(hillock::relu, z, 0)); }),
             {"tau"}));
  CHECK(says(complaint([&] { static_cast<void>(saturated_fraction(hillock::relu, z, nan)); }),
             {"tau"}));
}

TEST_CASE("the exact functions are diagnosed like the fast ones", "[diagnostics]") {
  const Eigen::ArrayXXf z = Eigen::ArrayXXf::Random(40, 50) * 20;
  CHECK(hillock::saturated_fraction(hillock::exact::sigmoid, z) ==
        hillock::saturated_fraction(hillock::sigmoid, z));
  CHECK(hillock::saturated_fraction(hillock::exact::swish, z, 0.01) ==
        hillock::saturated_fraction(hillock::swish, z, 0.01));
  CHECK(hillock::dead_fraction(hillock::exact::relu, z - 19, Per::row) ==
        hillock::dead_fraction(hillock::relu, z - 19, Per::row));
}

TEST_CASE("prelu and a class of one's own are diagnosed like the others", "[diagnostics]") {
  const Eigen::ArrayXXd far = Eigen::ArrayXXd::Constant(2, 6, 100);
  CHECK(saturated_fraction(SoftSign{}, far) == 1);
  CHECK(saturated_fraction(SoftSign{}, Eigen::ArrayXXd(0.01 * far)) == 0);
  const hillock::PReLU<> prelu{Eigen::ArrayXd(Eigen::Array2d(0, 0.5)), Per::row};
  Eigen::ArrayXXd z = Eigen::ArrayXXd::Constant(2, 6, -1);
  CHECK(dead_fraction(prelu, z, Per::row) == 0.5);
  CHECK(saturated_fraction(prelu, z) == 0.5);
}

}  // namespace
