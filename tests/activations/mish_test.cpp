#include <support/contract.hpp>

#include <hillock/activations/mish.hpp>

namespace {

using namespace support;

constexpr double root = -1.1924312145154952;  // of mish'

/// With e^x for any x; the library has e^-|x|. tanh(softplus) and its derivative
/// sigmoid / cosh^2(softplus).
template <class W>
W tanh_of_softplus(W x) {
  if (x > 50) return 1;
  const W e = std::exp(x);
  return e * (e + 2) / (e * (e + 2) + 2);
}
template <class W>
W derivative_at(W x) {
  if (x > 100) return 1;
  const W e = std::exp(x), s = x < 0 ? e / (1 + e) : 1 / (1 + 1 / e), w = e * (e + 2);
  return tanh_of_softplus(x) + x * s * 4 * ((w + 1) / (w + 2)) / (w + 2);
}

template <hillock::Accuracy A>
struct MishContract : PointwiseContract {
  using F = hillock::Mish<A>;
  static constexpr const char* name = "mish";
  static std::vector<F> functions() { return {F{}}; }
  template <class T>
  static Wide<T> forward(const F&, T x) {
    if (x < -1500) return -Wide<T>(0);
    return x * tanh_of_softplus(Wide<T>(x));
  }
  template <class T>
  static Wide<T> derivative(const F&, T x) {
    if (x < -1500) return -Wide<T>(0);
    // Towards the root an error of half a unit of a double counts more than exact::mish's own.
    if (std::fabs(x - static_cast<T>(root)) < T(0.25))
      return static_cast<Wide<T>>(derivative_at<long double>(x));
    return derivative_at<Wide<T>>(x);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F&) {
    using S = Special<T>;
    const T slope = static_cast<T>(0.6L);
    return {{T(0), T(0), slope},           {-T(0), -T(0), slope},
            {S::infinity, S::infinity, 1}, {-S::infinity, -T(0), -T(0)},
            {S::largest, S::largest, 1},   {-S::largest, -T(0), -T(0)},
            {T(-7e29), -T(0), -T(0)}};
  }
  template <class T>
  static std::vector<double> thresholds(const F&) {
    return {root, root - 0.25, root + 0.25, -20.0, -88.7, -103.97, -108.6, -709.8, -745.1, -752.0};
  }
};

TEMPLATE_TEST_CASE("mish keeps the contract", "[mish]", float, double) {
  check_contract<MishContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::mish keeps the contract", "[mish]") {
  check_contract<MishContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("mish is a constant that can be copied", "[mish]") {
  constexpr hillock::Mish<> copy = hillock::mish;
  CHECK(copy(0.0) == 0);
}

TEST_CASE("mish keeps its bounds where it is used most", "[mish]") {
  check_densely<MishContract<hillock::Accuracy::fast>>(-1, 20);
  check_densely<MishContract<hillock::Accuracy::fast>>(1, 20);
}

// e^x (e^x + 2) is infinite from 44.4 on (double 355), and infinity / infinity NaN.
TEMPLATE_TEST_CASE("mish and its derivative are not NaN far out", "[mish]", float, double) {
  using T = TestType;
  for (const double place : {44.4, 60.0, 89.0, 355.0, 710.0, 1e30}) {
    CHECK(hillock::mish(T(place)) == T(place));
    CHECK(hillock::mish.derivative(T(place)) == 1);
    CHECK(hillock::mish(T(-place)) <= 0);
    CHECK(hillock::mish.derivative(T(-place)) <= 0);
  }
}

// x (1 + e) is infinite for the largest x, although it is not the result for any positive x.
TEMPLATE_TEST_CASE("mish does not overflow on the way", "[mish]", float, double) {
  std::feclearexcept(FE_ALL_EXCEPT);
  for (const TestType x : {Special<TestType>::largest, -Special<TestType>::largest}) {
    CHECK(std::isfinite(call_forward(hillock::mish, x)));
    CHECK(std::isfinite(call_derivative(hillock::mish, x)));
  }
  CHECK(std::fetestexcept(FE_OVERFLOW) == 0);
}

// x times a tanh that was rounded to a subnormal is 50 ULP off.
TEST_CASE("mish is not rounded twice among the subnormals", "[mish]") {
  using Contract = MishContract<hillock::Accuracy::fast>;
  for (const float x : {-103.97f, -95.5f, -88.0f}) {
    CHECK(ulp_error(hillock::mish(x), Contract::forward(hillock::mish, x)) <= 4);
    CHECK(ulp_error(hillock::mish.derivative(x), Contract::derivative(hillock::mish, x)) <= 4);
  }
  for (const double x : {-745.1, -720.5, -709.0}) {
    CHECK(ulp_error(hillock::mish(x), Contract::forward(hillock::mish, x)) <= 4);
    CHECK(ulp_error(hillock::mish.derivative(x), Contract::derivative(hillock::mish, x)) <= 4);
  }
}

TEMPLATE_TEST_CASE("the derivative of mish comes to 0 from below", "[mish]", float, double) {
  for (const double x : {-120.0, -800.0, -1e30})
    if (const TestType d = hillock::mish.derivative(TestType(x)); d == 0) CHECK(std::signbit(d));
  CHECK(std::signbit(hillock::mish.derivative(TestType(-1e30))));
}

}  // namespace
