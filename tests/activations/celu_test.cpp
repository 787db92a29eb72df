#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>

#include <hillock/activations/celu.hpp>
#include <hillock/activations/elu.hpp>

namespace {

using namespace support;

/// t = min(x, 0) / alpha in two parts: rounded even to a long double, it would cost e^t a third of
/// an ULP at 745.
template <class W>
struct Argument {
  W alpha;
  W t;
  W low;
  template <class F, class T>
  Argument(const F& f, T x) : alpha(static_cast<T>(f.alpha)) {
    const W negative = x < 0 ? static_cast<W>(x) : W(0);
    t = negative / alpha;
    low = t < -1500 ? W(0) : std::fma(-t, alpha, negative) / alpha;
  }
};

template <hillock::Accuracy A>
struct CELUContract : PointwiseContract {
  using F = hillock::CELU<A>;
  static constexpr const char* name = "celu";
  static std::vector<F> functions() {
    return {F{}, F{0.7}, F{1.702}, F{100}, F{0.01}, F{1e-30}, F{1e25}, F{3e38}, F{1e-40}, F{0}};
  }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    const Argument<Wide<T>> a(f, x);
    if (x > 0 || std::fabs(a.t) < 0x1p-70L) return x;
    if (a.alpha == 0) return -Wide<T>(0);
    return a.alpha * (std::expm1(a.t) + std::exp(a.t) * a.low);
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    const Argument<Wide<T>> a(f, x);
    if (a.alpha == 0) return x < 0 ? 0 : 1;
    return std::exp(a.t) * (1 + a.low);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T alpha = static_cast<T>(f.alpha);
    std::vector<Edge<T>> edges = {{T(0), T(0), 1},
                                  {-T(0), -T(0), 1},
                                  {S::smallest, S::smallest, 1},
                                  {S::infinity, S::infinity, 1},
                                  {S::largest, S::largest, 1},
                                  {-S::infinity, -alpha, T(0)}};
    if (f.alpha < 1e30) edges.push_back({-S::largest, -alpha, T(0)});
    if (f.alpha > 0.1) edges.push_back({-S::smallest, -S::smallest, 1});
    if (f.alpha == 0) edges.push_back({-S::smallest, -T(0), T(0)});
    return edges;
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    std::vector<double> places;
    for (const double t : {-0x1p-64, -0.3466, -88.7, -103.97, -131.0, -709.8, -745.1, -1060.0})
      places.push_back(t * f.alpha);
    return places;
  }
};

TEMPLATE_TEST_CASE("celu keeps the contract", "[celu]", float, double) {
  check_contract<CELUContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::celu keeps the contract", "[celu]") {
  check_contract<CELUContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("celu is a constant with alpha 1", "[celu]") {
  constexpr hillock::CELU<> copy = hillock::celu;
  STATIC_REQUIRE(copy.alpha == 1);
  CHECK(copy(2.5f) == 2.5f);
}

TEST_CASE("celu refuses an alpha that is negative or not finite", "[celu]") {
  CHECK_THROWS_AS(hillock::CELU<>{Special<double>::infinity}, std::invalid_argument);
  CHECK(says(complaint([] { hillock::CELU<>{Special<double>::quiet_nan}; }), {"alpha"}));
  CHECK(says(complaint([] { hillock::CELU<>{-0.5}; }), {"CELU", "alpha", "negative", "-0.5"}));
}

TEMPLATE_TEST_CASE("celu with alpha 1 is elu", "[celu]", float, double) {
  std::size_t different = 0;
  for (const TestType x : mixture<TestType>())
    if (!std::isnan(x) &&
        (bits_of(hillock::celu(x)) != bits_of(hillock::elu(x)) ||
         bits_of(hillock::celu.derivative(x)) != bits_of(hillock::elu.derivative(x))))
      ++different;
  CHECK(different == 0);
}

// The derivative of ELU jumps from alpha to 1 at 0.
TEST_CASE("the derivative of celu is continuous for any alpha", "[celu]") {
  for (const double alpha : {0.25, 1.0, 3.0}) {
    const hillock::CELU<> f{alpha};
    CHECK(f.derivative(-1e-12) > 1 - 1e-11);
    CHECK(f.derivative(0.0) == 1);
  }
}

// The exponential of a rounded x / alpha is 24 ULP off at -1e5, and an alpha that the quotient is
// not computed well of shows nowhere else.
TEMPLATE_TEST_CASE("celu keeps its bounds for any alpha", "[celu]", float, double) {
  using T = TestType;
  using Contract = CELUContract<hillock::Accuracy::fast>;
  std::mt19937_64 random(4);
  const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  const double far = sizeof(T) == 4 ? 120 : 800, largest = sizeof(T) == 4 ? 127 : 1023;
  std::vector<T> x(1024), y(x.size()), d(x.size());
  double worst = 0, worst_derivative = 0;
  std::size_t points = 0;
  for (int i = 0; i < 400; ++i) {
    const hillock::CELU<> f{std::exp2((i % 2 == 0 ? 4 : largest) * (2 * unit() - 1))};
    for (T& each : x)
      each = static_cast<T>(-far * (i % 4 == 0 ? std::exp2(-80 * unit()) : unit()) * f.alpha);
    hillock::forward_and_derivative(f, x.data(), y.data(), d.data(), x.size());
    for (std::size_t k = 0; k < x.size(); ++k, ++points) {
      if (std::isinf(x[k])) continue;
      worst = std::max(worst, ulp_error(y[k], Contract::forward(f, x[k])));
      worst_derivative = std::max(worst_derivative, ulp_error(d[k], Contract::derivative(f, x[k])));
    }
  }
  std::cout << "celu of 400 alphas: " << points << " points, worst " << worst << ", f' "
            << worst_derivative << " ULP; " << instruction_set<T>() << '\n';
  CHECK(points == 400 * 1024);
  CHECK(worst <= hillock::CELU<>::forward_bound.ulp);
  CHECK(worst_derivative <= hillock::CELU<>::derivative_bound.ulp);
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("celu shows an alpha that is not finite any more", "[celu]", float, double) {
  check_invalid_parameter<TestType>(hillock::CELU<>{}, &hillock::CELU<>::alpha,
                                    Touches::negative_inputs);
}
TEST_CASE("exact::celu shows an alpha that is not finite any more", "[celu]") {
  using F = hillock::exact::CELU;
  check_invalid_parameter<float>(F{}, &F::alpha, Touches::negative_inputs);
}
TEMPLATE_TEST_CASE("celu shows an alpha that has become negative", "[celu]", float, double) {
  hillock::CELU<> f;
  f.alpha = -0.5;
  for (const TestType x : {TestType(0), -TestType(0), TestType(-2)}) {
    CHECK(std::isnan(f(x)));
    CHECK(std::isnan(f.derivative(x)));
  }
  CHECK(f(TestType(2)) == 2);
  CHECK(f.derivative(TestType(2)) == 1);
}

}  // namespace
