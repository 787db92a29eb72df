// Dual numbers: the value is that of a number, and the derivative is the slope, bit for bit.
#include <support/catch.hpp>
#include <support/inputs.hpp>
#include <support/squareplus.hpp>

#include <hillock/hillock.hpp>

#include <unsupported/Eigen/AutoDiff>

namespace {

using namespace support;

/// A dual number of the kind of ceres::Jet.
template <class T, int N>
struct Jet {
  T a;
  Eigen::Matrix<T, N, 1> v;
};

/// A dual number that hillock cannot know: it says itself what it is.
struct Slope {
  double at;
  double slope;
};

}  // namespace

template <>
struct hillock::DualNumber<Slope> {
  using Value = double;
  static double value(const Slope& x) { return x.at; }
  static Slope chained(const Slope& x, double y, double slope) { return {y, x.slope * slope}; }
};

namespace {

template <class T>
bool same(T a, T b) {
  return bits_of(a) == bits_of(b) || (std::isnan(a) && std::isnan(b));
}

/// The numbers at which f is computed: of both signs, tiny, large, and not finite.
template <class T>
std::vector<T> places() {
  std::vector<T> found{T(0), -T(0), Special<T>::infinity, -Special<T>::infinity,
                       Special<T>::quiet_nan};
  for (const double x : {1e-40, 1e-3, 0.5, 1.0, 1.27846454, 3.0, 20.0, 88.0, 1e30})
    for (const double sign : {1.0, -1.0}) found.push_back(static_cast<T>(sign * x));
  return found;
}

template <class T>
struct Check {
  int checked = 0;
  template <class F>
  void operator()(const F& f) {
    int wrong = 0;
    for (const T x : places<T>()) {
      const Eigen::AutoDiffScalar<Eigen::Matrix<T, 2, 1>> scalar(
          x, Eigen::Matrix<T, 2, 1>(T(1), T(-2)));
      const auto y = f(scalar);
      wrong += !same(y.value(), f(x)) || !same(y.derivatives()[0], f.derivative(x)) ||
               !same(y.derivatives()[1], -2 * f.derivative(x));
      const Jet<T, 3> jet{x, Eigen::Matrix<T, 3, 1>(T(1), T(0.5), T(4))};
      const Jet<T, 3> z = f.forward(jet);
      wrong +=
          !same(z.a, f(x)) || !same(z.v[0], f.derivative(x)) || !same(z.v[2], 4 * f.derivative(x));
      ++checked;
    }
    CHECK(wrong == 0);
  }
};

TEMPLATE_TEST_CASE("f of a dual number is f of its value, and its derivative is f'", "[autodiff]",
                   float, double) {
  Check<TestType> check;
  check(hillock::sigmoid);
  check(hillock::tanh);
  check(hillock::relu);
  check(hillock::ELU{0.5});
  check(hillock::Swish{1.5});
  check(hillock::gelu);
  check(Squareplus());
  CHECK(check.checked == 7 * 23);
}

TEST_CASE("exact functions take dual numbers of floats", "[autodiff]") {
  const Eigen::AutoDiffScalar<Eigen::Matrix<float, 1, 1>> x(0.3F, 1, 0);
  const auto y = hillock::exact::tanh(x);
  CHECK(same(y.value(), hillock::exact::tanh(0.3F)));
  CHECK(same(y.derivatives()[0], hillock::exact::tanh.derivative(0.3F)));
}

TEST_CASE("the chain rule goes through expressions and layers", "[autodiff]") {
  using Scalar = Eigen::AutoDiffScalar<Eigen::VectorXd>;
  const Scalar x(0.3, 2, 0), w(-1.2, 2, 1);
  const auto y = hillock::sigmoid(w * hillock::tanh(x * w + 0.1));
  const double t = hillock::tanh(-0.26), slope = hillock::tanh.derivative(-0.26);
  const double outer = hillock::sigmoid.derivative(-1.2 * t);
  CHECK(std::fabs(y.derivatives()[0] - outer * -1.2 * slope * -1.2) < 1e-15);
  CHECK(std::fabs(y.derivatives()[1] - outer * (t + -1.2 * slope * 0.3)) < 1e-15);
}

TEST_CASE("a type of one's own says how it is taken apart", "[autodiff]") {
  const Slope y = hillock::swish(Slope{2, 3});
  CHECK(same(y.at, hillock::swish(2.0)));
  CHECK(same(y.slope, 3 * hillock::swish.derivative(2.0)));
}

TEST_CASE("the derivative of a dual number would need a second derivative", "[autodiff]") {
  using Scalar = Eigen::AutoDiffScalar<Eigen::Matrix<double, 1, 1>>;
  STATIC_REQUIRE(std::is_invocable_v<hillock::Sigmoid<>, Scalar>);
  STATIC_REQUIRE(!hillock::detail::is_dual<std::vector<float>>);
  STATIC_REQUIRE(!hillock::detail::is_dual<float>);
}

}  // namespace
