#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/scaled_argument.hpp>

#include <hillock/activations/softplus.hpp>

namespace {

using namespace support;

/// t = beta x.
template <class W>
struct Argument : ScaledArgument<W> {
  using ScaledArgument<W>::t;
  using ScaledArgument<W>::low;
  template <class F, class T>
  Argument(const F& f, T x) : ScaledArgument<W>(static_cast<T>(f.beta), static_cast<W>(x)) {}
  /// e^-|t|
  W decay() const { return std::exp(-std::fabs(t)) * (1 - (t < 0 ? -low : low)); }
};

template <hillock::Accuracy A>
struct SoftplusContract : PointwiseContract {
  using F = hillock::Softplus<A>;
  static constexpr const char* name = "softplus";
  static std::vector<F> functions() {
    return {F{}, F{0.01}, F{20}, F{-1.5}, F{0}, F{1e-20}, F{1e20}, F{-1e35}};
  }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    using W = Wide<T>;
    const W beta = static_cast<T>(f.beta);
    if (beta == 0) return Special<W>::infinity;
    const Argument<W> a(f, x);
    return (a.t > 0 ? static_cast<W>(x) : std::copysign(W(0), beta)) + std::log1p(a.decay()) / beta;
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    using W = Wide<T>;
    if (static_cast<T>(f.beta) == 0) return W(0.5);
    const Argument<W> a(f, x);
    const W e = a.decay();
    return (a.t > 0 ? W(1) : e) / (1 + e);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    constexpr long double log_2 = 0.693147180559945309417L;
    if (f.beta == 0) {
      std::vector<Edge<T>> edges;
      for (const T x : {T(0), -T(0), S::infinity, -S::infinity})
        edges.push_back({x, S::infinity, T(0.5)});
      return edges;
    }
    const T beta = static_cast<T>(f.beta);
    const T sign = std::copysign(T(1), beta);
    std::vector<Edge<T>> edges = {{sign * S::infinity, sign * S::infinity, 1},
                                  {-sign * S::infinity, sign * T(0), T(0)}};
    if (f.beta == 1)
      edges.insert(edges.end(), {{T(0), static_cast<T>(log_2), T(0.5)},
                                 {-T(0), static_cast<T>(log_2), T(0.5)},
                                 {S::largest, S::largest, 1},
                                 {-S::largest, T(0), T(0)},
                                 {T(-5e29), T(0), T(0)}});
    else
      for (const T zero : {T(0), -T(0)}) edges.push_back({zero, f(T(0)), T(0.5)});
    return edges;
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    std::vector<double> places;
    if (f.beta == 0) return places;
    for (const double t : {-20.0, 20.0, -20.8, -41.6, -45.0, 45.0, -88.7, 88.7, -103.97, -110.0,
                           -131.0, -193.0, -709.8, -745.1, -760.0})
      places.push_back(t / f.beta);
    return places;
  }
};

TEMPLATE_TEST_CASE("softplus keeps the contract", "[softplus]", float, double) {
  check_contract<SoftplusContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::softplus keeps the contract", "[softplus]") {
  check_contract<SoftplusContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("softplus is a constant with beta 1", "[softplus]") {
  constexpr hillock::Softplus<> copy = hillock::softplus;
  STATIC_REQUIRE(copy.beta == 1);
  CHECK(copy(-2.0f) == hillock::softplus(-2.0f));
}

TEST_CASE("softplus refuses a beta that is not finite", "[softplus]") {
  CHECK_THROWS_AS(hillock::Softplus<>{-Special<double>::infinity}, std::invalid_argument);
  CHECK(says(complaint([] { hillock::Softplus<>{Special<double>::quiet_nan}; }), {"beta"}));
}

// PyTorch returns x above a threshold of 20, and loses e^-x.
TEST_CASE("softplus has the digits of e^-x above 20", "[softplus]") {
  for (const double x : {20.5, 30.0, 36.0})
    CHECK(ulp_error(hillock::softplus(x), x + std::log1p(std::exp(-static_cast<long double>(x)))) <=
          1);
  CHECK(hillock::softplus(20.5) > 20.5);
}

// log(1 + e^x) is infinite from 88.73 and 0 below -16.6.
TEST_CASE("softplus neither overflows nor loses its tail", "[softplus]") {
  CHECK(hillock::softplus(1000.0f) == 1000.0f);
  CHECK(hillock::softplus(Special<float>::largest) == Special<float>::largest);
  for (const float x : {-17.0f, -50.0f, -88.0f, -103.0f})
    CHECK(ulp_error(hillock::softplus(x), std::log1p(std::exp(static_cast<double>(x)))) <= 4);
}

// e^t / beta, divided after e^t was rounded to a subnormal, is 50 ULP off for beta = 0.01.
TEMPLATE_TEST_CASE("softplus keeps its bounds for any beta", "[softplus]", float, double) {
  using T = TestType;
  using Contract = SoftplusContract<hillock::Accuracy::fast>;
  std::mt19937_64 random(4);
  const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  const double far = sizeof(T) == 4 ? 210 : 1500, largest = sizeof(T) == 4 ? 125 : 1000;
  std::vector<T> x(1024), y(x.size()), d(x.size());
  double worst = 0, worst_derivative = 0;
  std::size_t points = 0;
  for (int i = 0; i < 400; ++i) {
    const double sign = i % 2 == 0 ? 1 : -1;
    const hillock::Softplus<> f{sign * std::exp2((i % 8 < 4 ? 40 : largest) * (2 * unit() - 1))};
    for (T& each : x) each = static_cast<T>((2 * unit() - 1) * (i % 3 == 0 ? 8 : far) / f.beta);
    hillock::forward_and_derivative(f, x.data(), y.data(), d.data(), x.size());
    for (std::size_t k = 0; k < x.size(); ++k, ++points) {
      if (std::isinf(x[k])) continue;
      worst = std::max(worst, ulp_error(y[k], Contract::forward(f, x[k])));
      worst_derivative = std::max(worst_derivative, ulp_error(d[k], Contract::derivative(f, x[k])));
    }
  }
  std::cout << "softplus of 400 betas: " << points << " points, worst " << worst << ", f' "
            << worst_derivative << " ULP; " << instruction_set<T>() << '\n';
  CHECK(points == 400 * 1024);
  CHECK(worst <= hillock::Softplus<>::forward_bound.ulp);
  CHECK(worst_derivative <= hillock::Softplus<>::derivative_bound.ulp);
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("softplus shows a beta that is not finite any more", "[softplus]", float,
                   double) {
  check_invalid_parameter<TestType>(hillock::Softplus<>{}, &hillock::Softplus<>::beta,
                                    Touches::every_input);
}
TEST_CASE("exact::softplus shows a beta that is not finite any more", "[softplus]") {
  using F = hillock::exact::Softplus;
  check_invalid_parameter<float>(F{}, &F::beta, Touches::every_input);
}

}  // namespace
