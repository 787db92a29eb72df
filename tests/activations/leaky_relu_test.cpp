#include <support/complaint.hpp>
#include <support/contract.hpp>
#include <support/invalid_parameter.hpp>

#include <hillock/activations/leaky_relu.hpp>

namespace {

using namespace support;

template <hillock::Accuracy A>
struct LeakyReLUContract : PointwiseContract {
  using F = hillock::LeakyReLU<A>;
  static constexpr const char* name = "leaky_relu";
  static std::vector<F> functions() { return {F{}, F{0.25}, F{0}, F{1}, F{-0.5}, F{3}, F{1e-20}}; }
  template <class T>
  static Wide<T> forward(const F& f, T x) {
    if (x > 0) return x;
    return f.slope == 0 ? 0 : Wide<T>(static_cast<T>(f.slope)) * x;
  }
  template <class T>
  static Wide<T> derivative(const F& f, T x) {
    return x > 0 ? 1 : static_cast<T>(f.slope);
  }
  template <class T>
  static std::vector<Edge<T>> edges(const F& f) {
    using S = Special<T>;
    const T slope = static_cast<T>(f.slope);
    const T below = slope > 0 ? -T(0) : T(0);
    const T far_below = slope > 0 ? -S::infinity : slope < 0 ? S::infinity : 0;
    return {{T(0), slope < 0 ? -T(0) : T(0), slope}, {-T(0), below, slope},
            {S::smallest, S::smallest, 1},           {S::infinity, S::infinity, 1},
            {-S::infinity, far_below, slope},        {-1, slope == 0 ? T(0) : -slope, slope}};
  }
};

TEMPLATE_TEST_CASE("leaky_relu keeps the contract", "[leaky_relu]", float, double) {
  check_contract<LeakyReLUContract<hillock::Accuracy::fast>, TestType>();
}

TEST_CASE("exact::leaky_relu keeps the contract", "[leaky_relu]") {
  check_contract<LeakyReLUContract<hillock::Accuracy::exact>, float>();
}

TEST_CASE("leaky_relu is a constant with slope 0.01", "[leaky_relu]") {
  constexpr hillock::LeakyReLU<> copy = hillock::leaky_relu;
  STATIC_REQUIRE(copy.slope == 0.01);
  CHECK(copy(-1.0) == -0.01);
  CHECK(copy(-1.0f) == -0.01f);
}

TEST_CASE("leaky_relu refuses a slope that is not finite", "[leaky_relu]") {
  const double infinity = Special<double>::infinity;
  CHECK_THROWS_AS(hillock::LeakyReLU<>{infinity}, std::invalid_argument);
  CHECK_THROWS_AS(hillock::LeakyReLU<>{-infinity}, std::invalid_argument);
  CHECK(says(complaint([] { hillock::LeakyReLU<>{Special<double>::quiet_nan}; }), {"slope"}));
}

// a x is NaN for a = 0, x = -infinity.
TEMPLATE_TEST_CASE("leaky_relu of slope 0 is relu at -infinity too", "[leaky_relu]", float,
                   double) {
  const hillock::LeakyReLU<> f{0};
  CHECK(bits_of(f(-Special<TestType>::infinity)) == bits_of(TestType(0)));
  CHECK(bits_of(f(TestType(-3))) == bits_of(TestType(0)));
}

// A parameter is a public member, and training writes to it.
TEMPLATE_TEST_CASE("leaky_relu shows a slope that is not finite any more", "[leaky_relu]", float,
                   double) {
  check_invalid_parameter<TestType>(hillock::LeakyReLU<>{}, &hillock::LeakyReLU<>::slope,
                                    Touches::negative_inputs);
}
TEST_CASE("exact::leaky_relu shows a slope that is not finite any more", "[leaky_relu]") {
  using F = hillock::exact::LeakyReLU;
  check_invalid_parameter<float>(F{}, &F::slope, Touches::negative_inputs);
}

}  // namespace
