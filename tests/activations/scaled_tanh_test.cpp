#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>
#include <support/scaled_argument.hpp>

#include <hillock/activations/scaled_tanh.hpp>

namespace {

using namespace support;

/// t = b x.
template <class W>
struct Argument : ScaledArgument<W> {
  template <class F, class T>
  Argument(const F& f, T x) : ScaledArgument<W>(static_cast<T>(f.b), static_cast<W>(x)) {}
};

template <hillock::Accuracy A>
struct ScaledTanhContract : PointwiseContract {
  using F = hillock::ScaledTanh<A>;
  static constexpr const char* name = "scaled_tanh";
  static std::vector<F> functions() {
    return {F{},          F{30, 1 / 30.0}, F{1, 1}, F{-2, 0.5}, F{1e30, 1e-30}, F{1e-20, 1e25},
            F{1e25, 1e3}, F{0, 2}};
  }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    return static_cast<Wide<T>>(static_cast<T>(f.a)) * std::tanh(Argument<Wide<T>>(f, x).t);
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    using W = Wide<T>;
    const Argument<W> t(f, x);
    const W slope = static_cast<W>(static_cast<T>(f.a)) * static_cast<W>(static_cast<T>(f.b));
    const W e = std::exp(-2 * std::fabs(t.t)) * (1 - 2 * (t.t < 0 ? -t.low : t.low));
    return 4 * slope * e / ((1 + e) * (1 + e));
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T a = static_cast<T>(f.a), b = static_cast<T>(f.b);
    const T zero = std::copysign(T(0), a * b);
    std::vector<Edge<T>> edges;
    for (const T sign : {T(1), T(-1)}) {
      edges.push_back({sign * T(0), sign * zero, a * b});
      edges.push_back({sign * S::infinity, sign * std::copysign(a, a * b), zero});
      edges.push_back({sign * S::largest, sign * std::copysign(a, a * b), zero});
    }
    return edges;
  }
  template <class T>
  static std::vector<double> thresholds(const F& f) {
    std::vector<double> places;
    for (const double t : {0x1p-60, 0.1733, 9.01, 52.0, 65.5, 193.0, 354.0, 372.5, 530.0})
      for (const double sign : {-1.0, 1.0}) places.push_back(sign * t / f.b);
    return places;
  }
};

TEMPLATE_TEST_CASE("scaled_tanh keeps the contract", "[scaled_tanh]", float, double) {
  check_contract<ScaledTanhContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::scaled_tanh keeps the contract", "[scaled_tanh]") {
  check_contract<ScaledTanhContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("lecun_tanh is a constant with LeCun's numbers", "[scaled_tanh]") {
  constexpr hillock::ScaledTanh<> copy = hillock::lecun_tanh;
  STATIC_REQUIRE(copy.a == 1.7159);
  STATIC_REQUIRE(copy.b == 2.0 / 3);
  // The numbers were chosen so that f(1) is 1.
  CHECK(std::fabs(hillock::lecun_tanh(1.0) - 1) < 1e-4);
  CHECK(std::fabs(hillock::exact::lecun_tanh(-1.0f) + 1) < 1e-4f);
}

// The cap, and not the logit, multiplies the hyperbolic tangent.
TEST_CASE("soft_cap keeps logits below the cap", "[scaled_tanh]") {
  constexpr hillock::ScaledTanh<> capped = hillock::soft_cap(30);
  STATIC_REQUIRE(capped.a == 30);
  STATIC_REQUIRE(capped.b == 1.0 / 30);
  CHECK(capped(1e6) == 30);
  CHECK(capped(-1e6f) == -30);
  CHECK(std::fabs(capped(0.01) - 0.01) < 1e-9);
  CHECK(hillock::exact::soft_cap(50)(1000.0f) == 50);
  CHECK(says(complaint([] { hillock::soft_cap(0); }), {"ScaledTanh", "b"}));
}

TEST_CASE("scaled_tanh refuses parameters that are not finite", "[scaled_tanh]") {
  CHECK(says(complaint([] { hillock::ScaledTanh<>{Special<double>::infinity, 1}; }), {" a "}));
  CHECK(says(complaint([] { hillock::ScaledTanh<>{1, Special<double>::quiet_nan}; }), {" b "}));
}

TEMPLATE_TEST_CASE("scaled_tanh of b = 0 is 0", "[scaled_tanh]", float, double) {
  const hillock::ScaledTanh<> f{3, 0};
  for (const TestType x : {TestType(0), TestType(2), Special<TestType>::infinity}) {
    CHECK(bits_of(f(x)) == bits_of(TestType(0)));
    CHECK(bits_of(f(-x)) == bits_of(-TestType(0)));
    CHECK(bits_of(f.derivative(x)) == bits_of(TestType(0)));
  }
}

// With a b beyond the largest number the derivative has no more than a few digits to lose.
TEST_CASE("the derivative of scaled_tanh is right where a b overflows", "[scaled_tanh]") {
  const hillock::ScaledTanh<> f{1e30, 1e30};
  CHECK(f.derivative(0.0f) == Special<float>::infinity);
  for (const float x : {4e-29f, 6e-29f, 9e-29f, -1e-28f})
    CHECK(ulp_error(f.derivative(x),
                    ScaledTanhContract<hillock::Accuracy::fast>::derivative(f, x)) <= 6);
  CHECK(f.derivative(2e-28f) == 0);
}

// From a rounded b x, the derivative is 50 ULP off at 50; 4 a b or b x alone may leave the range.
TEMPLATE_TEST_CASE("scaled_tanh keeps its bounds for any a and b", "[scaled_tanh]", float, double) {
  using T = TestType;
  using Contract = ScaledTanhContract<hillock::Accuracy::fast>;
  std::mt19937_64 random(4);
  const auto unit = [&] { return static_cast<double>(random() >> 11) * 0x1p-53; };
  const double far = sizeof(T) == 4 ? 105 : 800, largest = sizeof(T) == 4 ? 126 : 1000;
  std::vector<T> x(1024), y(x.size()), d(x.size());
  double worst = 0, worst_derivative = 0;
  std::size_t points = 0;
  for (int i = 0; i < 600; ++i) {
    const double range = i % 2 == 0 ? 4 : largest, sign = i % 3 == 0 ? -1 : 1;
    const hillock::ScaledTanh<> f{sign * std::exp2(range * (2 * unit() - 1)),
                                  std::exp2(range * (2 * unit() - 1))};
    if (std::fabs(f.a * f.b) > static_cast<double>(Special<T>::largest)) continue;
    for (T& each : x)
      each = static_cast<T>(far * (2 * unit() - 1) * (i % 4 == 0 ? std::exp2(-160 * unit()) : 1) /
                            f.b);
    hillock::forward_and_derivative(f, x.data(), y.data(), d.data(), x.size());
    for (std::size_t k = 0; k < x.size(); ++k, ++points) {
      if (std::isinf(x[k])) continue;
      worst = std::max(worst, ulp_error(y[k], Contract::forward(f, x[k])));
      worst_derivative = std::max(worst_derivative, ulp_error(d[k], Contract::derivative(f, x[k])));
    }
  }
  std::cout << "scaled_tanh of many a and b: " << points << " points, worst " << worst << ", f' "
            << worst_derivative << " ULP; " << instruction_set<T>() << '\n';
  CHECK(points > 500 * 1024);
  CHECK(worst <= hillock::ScaledTanh<>::forward_bound.ulp);
  CHECK(worst_derivative <= hillock::ScaledTanh<>::derivative_bound.ulp);
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("scaled_tanh shows parameters that are not finite any more", "[scaled_tanh]",
                   float, double) {
  using F = hillock::ScaledTanh<>;
  check_invalid_parameter<TestType>(F{}, &F::a, Touches::every_input);
  check_invalid_parameter<TestType>(F{}, &F::b, Touches::every_input);
}
TEST_CASE("exact::scaled_tanh shows parameters that are not finite any more", "[scaled_tanh]") {
  using F = hillock::exact::ScaledTanh;
  check_invalid_parameter<float>(F{}, &F::a, Touches::every_input);
  check_invalid_parameter<float>(F{}, &F::b, Touches::every_input);
}

}  // namespace
