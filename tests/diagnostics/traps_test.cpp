// With floating-point traps enabled, no monitor stops the program over finite numbers of up to half
// of the largest, of whatever size they are, nor for what is not finite among them.
#include <support/catch.hpp>
#include <support/layouts.hpp>

#include <hillock/diagnostics.hpp>
#include <hillock/hillock.hpp>

#include <cfenv>
#include <cmath>
#include <limits>
#include <random>

namespace {

using namespace support;
using hillock::Per;

/// Traps enabled where the C library can.
class Traps {
 public:
#if defined(__GLIBC__)
  Traps() { feenableexcept(FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO); }
  ~Traps() { fedisableexcept(FE_ALL_EXCEPT); }
  static bool are_enabled() { return fegetexcept() == (FE_OVERFLOW | FE_INVALID | FE_DIVBYZERO); }
#else
  static bool are_enabled() { return true; }
#endif
};

/// Zeros, subnormal numbers, ordinary ones and such of up to half of the largest; equal ones in
/// some rows.
template <class T>
Array<T> numbers(bool with_non_finite) {
  using Limits = std::numeric_limits<T>;
  Array<T> z(40, 50);
  std::mt19937 random(47);
  const T sizes[] = {0,       Limits::denorm_min(), Limits::min(), T(1e-30), T(1),
                     T(1e30), Limits::max() / 2};
  for (Index row = 0; row < z.rows(); ++row) {
    for (Index col = 0; col < z.cols(); ++col) {
      const T size = sizes[row < 14 ? row / 2 : static_cast<Index>(random() % 7)];
      z(row, col) = random() % 2 == 0 || row % 2 == 0 ? size : -size;
    }
  }
  if (with_non_finite) {
    z(20, 3) = Limits::infinity();
    z(21, 4) = -Limits::infinity();
    z(22, 5) = Limits::quiet_NaN();
    z.col(9).setConstant(-Limits::infinity());
    z.row(30).setConstant(Limits::quiet_NaN());
  }
  return z;
}

template <class T, class F>
void check_units(const F& f) {
  for (const bool with_non_finite : {false, true}) {
    const Array<T> z = numbers<T>(with_non_finite);
    const Traps traps;
    for (const Per per : {Per::row, Per::column}) {
      const Index units = per == Per::row ? z.rows() : z.cols();
      hillock::MonitorOptions options;
      if (with_non_finite) options.range = hillock::diagnostics::SaturationRange{-1e300, 1e300};
      hillock::UnitMonitor<F> monitor(f, units, per, options), other(f, units, per, options);
      monitor.observe(z);
      other.observe(z);
      other.observe(z);
      monitor.merge(other);
      const hillock::UnitMonitor<F> copy(f, monitor.state());
      const auto report = copy.report();
      static_cast<void>(report.input_signal() + report.output_signal() + report.off_centre());
      static_cast<void>(report.layer.input_variance());
      CHECK(report.layer.samples() == 3 * z.size());
      CHECK(Traps::are_enabled());
    }
  }
}

template <class T>
void check_gradients() {
  for (const bool with_non_finite : {false, true}) {
    const Array<T> z = numbers<T>(with_non_finite);
    const Array<T> huge = z.row(13), zero = z.row(0);
    const Traps traps;
    hillock::GradientFlow flow({"a", "b", "zero", "nothing"}), other({"a", "b", "zero", "nothing"});
    flow.observe(0, z);
    flow.observe(1, huge);
    for (const std::size_t layer : {std::size_t{2}, std::size_t{3}}) flow.observe(layer, zero);
    other.observe(1, z);
    flow.merge(other);
    const auto report = flow.report();
    CHECK(report.ratio(0) > 0.5);
    CHECK(std::isinf(report.ratio(1)));
    CHECK(std::isnan(report.ratio(2)));
    CHECK(report.layers[1].mean_magnitude() <= static_cast<double>(std::numeric_limits<T>::max()));
    CHECK(report.layers[1].norm() > 1e38);
    CHECK(Traps::are_enabled());
  }
}

TEST_CASE("no trap is sprung by what a monitor works out", "[diagnostics]") {
  check_units<float>(hillock::relu);
  check_units<float>(hillock::tanh);
  check_units<double>(hillock::swish);
  check_gradients<float>();
  check_gradients<double>();
  for (const bool with_non_finite : {false, true}) {
    const Array<double> z = numbers<double>(with_non_finite);
    const Array<float> pieces = numbers<float>(with_non_finite);
    const Traps traps;
    hillock::MaxoutMonitor maxout(hillock::Maxout<>{4, Per::column}, 10);
    maxout.observe(pieces);
    CHECK(maxout.report().finite.size() == 10);
    hillock::SoftmaxMonitor softmax(hillock::Softmax<>(Per::column), 40);
    softmax.observe(z);
    CHECK(softmax.report().samples() == 50);
    CHECK(Traps::are_enabled());
  }
}

}  // namespace
